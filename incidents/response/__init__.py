"""Records of the response to an incident: escalations, communications, workarounds and analyses (SOP 15, 17, 18,
19).
"""
