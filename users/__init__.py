"""Users, roles, tokens: who there is, and how they prove it."""
