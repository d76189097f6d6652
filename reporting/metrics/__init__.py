"""SOP 22: performance metrics, as stated and as the server derives them."""
