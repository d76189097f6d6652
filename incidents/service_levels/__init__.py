"""Service levels of incidents: the applicable agreement, its clocks, the stamped fields and their presentation."""
