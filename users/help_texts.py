"""Descriptions of the fields of accounts, tokens and sessions."""

HELP_TEXTS = {
    "ActivationAnswer.activated": "Whether the account is active.",
    "ActivationAnswer.email": "The e-mail address used to log in; unique, stored in lower case.",
    "LoginAnswer.expires_at": "When the token expires.",
    "LoginAnswer.token": "The secret; shown only once.",
    "ConfirmFactorBody.code": "The code that the authenticator app shows now.",
    "FactorState.enrolled": "Whether the account has a second factor.",
    "FactorState.mandatory": "Whether the account must have one, by its role.",
    "LogoutAnswer.logged_out": "Whether the token is revoked.",
    "activation_expires_at": "When the shares expire.",
    "activation_next": "The next step.",
    "activation_share": (
        "One of the two shares that activate the account; shown only once, and never to a software agent."
    ),
    "CapAnswer.cap": "How often a day the operation may be performed.",
    "CapAnswer.left": "How often it may still be performed today.",
    "CapAnswer.operation": "The operation.",
    "CapAnswer.used": "How often it was performed today for the person by the agent, with all tokens.",
    "GrantAnswer.caps": "The daily caps of the token.",
    "GrantAnswer.until": "When the counts start from zero: the end of the day in UTC.",
    "Profile.grant": "What the token in use grants its software agent; null if it names none.",
    "agent": "The software agent that uses the token; empty if the person uses it.",
    "client_id": "The client.",
    "daily_caps": (
        "How often a day (UTC) each operation may be performed, as {operation: number}; the writes with all tokens of "
        "the person and agent count."
    ),
    "countersigned_at": "When the account was countersigned.",
    "countersigned_by_id": "The person who countersigned.",
    "current_password": "The current password, to be replaced.",
    "days": "The lifetime in days.",
    "department": "The person's department.",
    "email": "The e-mail address used to log in; unique, stored in lower case.",
    "ended_at": "When the session ended.",
    "expires_at": "When it expires.",
    "last_used_at": "When the token was last used, accurate to a few minutes.",
    "name": "A one-line name.",
    "operations": (
        "The operations that the software agent may perform. Reads, checks, requests for approval and handoffs need no "
        "grant."
    ),
    "otp": "The code of the authenticator app, or a recovery code; needed where a second factor is enrolled.",
    "password": "The password.",
    "provisioning_uri": "The address that an authenticator app reads, usually as a QR code.",
    "recovery_codes": "Ten codes; each replaces the app once. Shown only once.",
    "replaces_access": "Whether the account had a password before.",
    "revoked_at": "When the token was revoked.",
    "role": "One of the policy's seven roles.",
    "second_factor": "The state of the second factor.",
    "secret": "The secret of the authenticator app, in Base32; shown only once.",
    "shares": "The two shares of the activation, in any order.",
    "timezone": "The IANA time zone, for example Europe/Berlin.",
    "token": "The secret; shown only once.",
    "token_id": "The token.",
    "used_at": "When the account was activated.",
    "user_id": "The account it belongs to.",
    "vendor_id": "The vendor.",
}
