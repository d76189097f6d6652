"""The import of an older system's export: one table of data (`tables`), one operation (`operation`), one report."""
