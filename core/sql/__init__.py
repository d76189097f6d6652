"""The database: statements compiled once, transactions whose end is known, what its errors mean."""
