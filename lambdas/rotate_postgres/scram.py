"""Passwords, and the verifiers that a server stores in their place: no password travels in a statement."""

import base64
import secrets
import string
from typing import Any

from scramp import ScramMechanism

ALPHABET = string.ascii_letters + string.digits
"""Nothing that a URL, a shell, a connection string or SASLprep would change."""
LENGTH = 40
"""40 of 62 characters are 238 bits: as hard to guess as the 256-bit hash that is stored."""
ITERATIONS = 4096
"""PostgreSQL's own default (``scram_iterations``); more would only slow the logins of a password of this length."""


def new_password() -> str:
    """A random password."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def verifier(password: str) -> str:
    """``SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>``, as PostgreSQL stores it; source: RFC 5803."""
    mechanism: Any = ScramMechanism("SCRAM-SHA-256")
    salt, stored, server, iterations = mechanism.make_auth_info(password, iteration_count=ITERATIONS)
    text = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{text[0]}${text[1]}:{text[2]}"
