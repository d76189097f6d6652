"""The caller's own tokens: listing, creating and revoking them."""

from typing import Any

from core.codes import Code
from core.models import server_time
from core.operations.registry import InPerson, operation
from core.operations.results import Answer
from core.verbs import Verb
from users.duties import own_token
from users.models import Token, User
from users.operations.login import require_active_login
from users.serializers import CreatedToken, TokenBody, TokenOutput
from users.tokens import new_token


@operation("access.tokens", roles=None, verb=Verb.ENTITY_DISCOVERY)
def list_tokens(*, actor: User) -> None:
    """List your own tokens, without their secrets."""


@operation(
    "token.create",
    roles=None,
    verb=Verb.CREATE,
    condition="for oneself; an agent's token names its operations; client and daily caps optional",
    secret=True,
    body=TokenBody,
    answers=CreatedToken,
    in_person=InPerson.ALWAYS,
    credentials=True,
    raises=[Code.USER_INACTIVE],
)
def create_token(*, actor: User, **named: Any) -> Answer:
    """Create another token for yourself or for a software agent that represents you; it is shown only once.

    An agent's token names the operations that it grants, may be bound to one client, and may have daily caps.
    """
    require_active_login(actor)
    token, secret = new_token(actor, **named)
    return Answer(token, {"token": secret})


@operation(
    "token.revoke",
    roles=None,
    verb=Verb.UPDATE,
    target="token",
    answers=TokenOutput,
    duties=[own_token],
    condition="own tokens; SA: anyone's",
    credentials=True,
)
def revoke_token(*, actor: User, token: Token) -> Token:
    """Revoke a token. Revoking a revoked token changes nothing."""
    return token.change(revoked_at=token.revoked_at or server_time(token))
