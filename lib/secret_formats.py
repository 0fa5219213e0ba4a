"""Does a setting look like a secret in plain text?

The known formats are those of detect-secrets' plugins plus the platform's own vendors. detect-secrets itself scans the
repository before each commit; importing it here would cost every preview half a second of CPU.
"""

import math
import re
from collections import Counter

_FORMATS = re.compile(
    r"""
      (?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}         # AWS access key
    | gh[pousr]_[A-Za-z0-9]{36} | github_pat_[A-Za-z0-9_]{22}
    | gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)-[\w-]{20}  # GitLab
    | eyJ[\w-]{8,}\.[\w-]{8,}                                 # JSON web token
    | BEGIN\ [A-Z0-9 ]*PRIVATE\ KEY | PuTTY-User-Key-File
    | xox[abposr]-[\w-]{10,} | hooks\.slack\.com/services/T
    | (?:sk|rk)_(?:live|test)_[0-9a-zA-Z]{16} | whsec_\w{16}  # Stripe
    | SG\.[\w-]{22}\.[\w-]{43}                                # SendGrid
    | sk-[\w-]{20,} | AIza[\w-]{35} | npm_\w{36} | pypi-AgE | hv[sb]\.\w{20}
    | tskey-[a-z]+-\w+ | dp\.(?:st|ct|pt|sa|scim|audit)\.[\w.-]{20} | pul-[0-9a-f]{40} | AGE-SECRET-KEY-1
    | ://[^/\s:@]+:[^/\s@]+@                                  # user and password in a URL
    """,
    re.VERBOSE,
)
_SENSITIVE_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)|pwd$|token|secret|credential|(?:api|access|private|auth|encryption|signing)key",
)
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")

_MIXED_BITS = 3.5
_RANDOM_BITS = 4.3
"""Bits of entropy for each character: long names reach 4, 32 random bytes in Base64 nearly 5. detect-secrets draws the
line at 4.5, which no text of 20 characters can reach; where letters and digits mix, 3.5 is enough."""

_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_HEX_BITS = 3
"""As in detect-secrets: 16 digits reach 4 at most."""


def sensitive_name(key: str) -> bool:
    """Whether the key says that its value is a secret, for example ``dbPassword`` or ``api-key``."""
    return bool(_SENSITIVE_NAME.search(re.sub(r"[-_.]", "", key).lower()))


def looks_secret(value: str) -> bool:
    """Whether the value has the format of a known credential or reads as random."""
    if _FORMATS.search(value):
        return True
    tokens = _TOKEN.findall(value)
    if any(_entropy(token) >= (_MIXED_BITS if _mixed(token) else _RANDOM_BITS) for token in tokens):
        return True
    return any(not token.isdigit() and _entropy(token) >= _HEX_BITS for token in _HEX.findall(value))


def _mixed(token: str) -> bool:
    """Letters and at least two digits, without dashes or in both cases: a name seldom reads like that."""
    digits = sum(character.isdigit() for character in token)
    one_case = token.lower() == token or token.upper() == token
    return digits >= 2 and not token.isdigit() and (token.isalnum() or not one_case)


def _entropy(token: str) -> float:
    """Shannon's entropy in bits for each character."""
    counts = Counter(token).values()
    return -sum(count / len(token) * math.log2(count / len(token)) for count in counts)
