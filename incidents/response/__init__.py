"""What a response to an incident leaves: escalations, communications, workarounds and analyses (SOP 15, 17, 18, 19)."""
