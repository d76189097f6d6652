"""People's own pages: activation, profile, tokens, sessions."""
