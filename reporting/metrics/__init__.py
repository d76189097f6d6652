"""SOP 22: performance metrics, stated and derived."""
