"""Passwords, and the verifiers that a server stores in their place: no password travels in a statement."""

import hashlib
import hmac
import os
import secrets
import string
from base64 import b64encode
from typing import Any

from scramp import core

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
    """``SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>``, as PostgreSQL stores it; source: RFC 5803.

    The password is prepared as the driver does it; scramp's own function for all of this takes ten times as long.
    """
    prepare: Any = core.saslprep
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", prepare(password).encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"
