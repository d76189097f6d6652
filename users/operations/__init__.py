"""What happens to accounts (SOP 5 and 6), and to what gives access to them."""

from users.operations import accounts, activation, commands, login, permissions, sessions, tokens

__all__ = ["accounts", "activation", "commands", "login", "permissions", "sessions", "tokens"]
