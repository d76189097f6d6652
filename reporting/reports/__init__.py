"""Formal documents about incidents (SOP 23): one content model, five builders, four renderings."""
