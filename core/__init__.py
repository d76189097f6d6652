"""The lowest layer: operations, refusals, context and base classes. It contains no domain nouns."""
