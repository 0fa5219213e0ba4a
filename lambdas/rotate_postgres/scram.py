"""Passwords, and the verifiers that a server stores in their place: no password travels in a statement."""

import hashlib
import hmac
import os
import secrets
import string
import stringprep
import unicodedata
from base64 import b64encode

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


def prepared(password: str) -> str:
    """The text from which PostgreSQL derives the keys of a password: its SASLprep, which differs from RFC 4013.

    ASCII is taken as it is, control characters included; so is whatever SASLprep refuses (control characters, emoji and
    other code points that Unicode 3.2 did not know, mixed directions). What is refused is looked for before
    normalisation. Source: ``pg_saslprep`` in src/common/saslprep.c of PostgreSQL, whose server and clients agree on it.
    """
    if password.isascii():
        return password
    spaced = (" " if stringprep.in_table_c12(one) else one for one in password)
    mapped = "".join(one for one in spaced if not stringprep.in_table_b1(one))
    refused = not mapped or any(check(one) for one in mapped for check in _PROHIBITED) or _mixes_directions(mapped)
    return password if refused else unicodedata.normalize("NFKC", mapped)


_PROHIBITED = (
    stringprep.in_table_a1, stringprep.in_table_c21_c22, stringprep.in_table_c3,
    stringprep.in_table_c4, stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7,
    stringprep.in_table_c8, stringprep.in_table_c9,
)  # fmt: skip


def _mixes_directions(text: str) -> bool:
    """Whether a text holds letters from right to left, and either letters from left to right or other ends."""
    leftward = [bool(stringprep.in_table_d1(one)) for one in text]
    return any(leftward) and (not (leftward[0] and leftward[-1]) or any(map(stringprep.in_table_d2, text)))


core.saslprep = prepared
"""The driver looks this name up: by RFC 4013 alone it would refuse passwords with which everybody logs in."""


def verifier(password: str) -> str:
    """``SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>``, as PostgreSQL stores it; source: RFC 5803.

    scramp's own function for all of this takes ten times as long.
    """
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"
