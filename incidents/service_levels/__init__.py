"""Service levels of incidents: which promise counts, how its clocks run, what is stamped and what is shown."""
