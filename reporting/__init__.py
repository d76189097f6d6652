"""Reports about incidents; of them, the postmortem of SOP 16."""
