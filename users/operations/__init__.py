"""Operations on accounts (SOP 5 and 6) and on their credentials."""

from users.operations import accounts, activation, commands, login, permissions, second_factor, sessions, tokens

__all__ = ["accounts", "activation", "commands", "login", "permissions", "second_factor", "sessions", "tokens"]
