"""What does a text look like: a credential's format, a secret's name, an assignment of a secret, a random string?"""

import importlib
import math
import re
from collections import Counter
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

# Formats that detect-secrets lacks.
_FORMATS = re.compile(
    r"""
      github_pat_[A-Za-z0-9_]{22,}
    | (?:sk|rk)_test_[0-9a-zA-Z]{16,} | whsec_[A-Za-z0-9+/=]{16,}  # Stripe
    | sk-(?:ant|proj|svcacct)-[\w-]{20,}                           # Anthropic, OpenAI
    | AIza[\w-]{35}                                                # Google
    | (?<![\w-])npm_[A-Za-z0-9]{36}
    | (?<![\w-])hv[sbr]\.[\w-]{20,}                                # HashiCorp Vault
    | tskey-[a-z]+-\w{6,}                                          # Tailscale
    | (?<![\w.-])dp\.(?:st|ct|pt|sa|scim|audit)\.[\w.-]{20,}       # Doppler
    | (?<![\w-])pul-[0-9a-f]{40}                                   # Pulumi Cloud
    | AGE-SECRET-KEY-1[0-9A-Z]{20,}
    | -----BEGIN[ ][A-Z0-9 ]*PRIVATE[ ]KEY
    | (?i:authorization["']?\s*[:=]\s*["']?(?:basic|bearer)\s+)[\w+/=.~-]{12,}
    """,
    re.VERBOSE,
)

# Importing detect-secrets costs 0.3 s of CPU, a tenth of a preview: it is asked about text with one of these only. A
# test holds that a secret of each of its detectors passes here.
_WORTH_ASKING = re.compile(
    r"""
      (?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16} | ['"][0-9a-zA-Z/+]{40}['"] | AccountKey= | ://[^\s@]{1,200}:[^\s@]{1,200}@
    | (?i:cloudant|\bibm|softlayer|cos[-_]) | [MNO][\w-]{23,25}\.[\w-]{6}\. | gh[pousr]_ | GR1348941
    | gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas)- | eyJ | [0-9a-z]{32}-us\d | _authToken | T3BlbkFJ | PRIVATE[ ]KEY
    | PuTTY-User-Key | pypi-AgE | SG\. | (?i:xox[abpors]-|hooks\.slack\.com) | sq0csp | [rs]k_live_ | \d{8}:[\w-]{35}
    | (?:AC|SK)[a-z0-9]{32}
    """,
    re.VERBOSE,
)
_DETECTORS = (
    "aws.AWSKeyDetector",
    "azure_storage_key.AzureStorageKeyDetector",
    "basic_auth.BasicAuthDetector",
    "cloudant.CloudantDetector",
    "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector",
    "gitlab_token.GitLabTokenDetector",
    "ibm_cloud_iam.IbmCloudIamDetector",
    "ibm_cos_hmac.IbmCosHmacDetector",
    "jwt.JwtTokenDetector",
    "mailchimp.MailchimpDetector",
    "npm.NpmDetector",
    "openai.OpenAIDetector",
    "private_key.PrivateKeyDetector",
    "pypi_token.PypiTokenDetector",
    "sendgrid.SendGridDetector",
    "slack.SlackDetector",
    "softlayer.SoftlayerDetector",
    "square_oauth.SquareOAuthDetector",
    "stripe.StripeDetector",
    "telegram_token.TelegramBotTokenDetector",
    "twilio.TwilioKeyDetector",
)

_TELLING = (
    r"(?:pass(?:word|wd|phrase|code)|secret(?:string|binary|value)?|token|credentials?"
    r"|(?:api|access|private|secret|auth|encryption|signing)[-_. ]?key)s?"
)
_NAMED_SECRET = re.compile(rf"(?i){_TELLING}$")
# Tokens that make a call idempotent or continue a list are no secrets.
_NAMED_OTHERWISE = re.compile(
    r"(?i)(?:client|request|creation|caller|idempotency|next|page|continuation)[-_. ]?tokens?$"
)
_ASSIGNMENT = re.compile(
    rf"(?i)(?<!next)(?<!page)(?<!client)(?<!request){_TELLING}['\"]?[ \t]*([:=])[ \t]*['\"]?([^\s'\";,&]{{6,}})"
)
_REFERENCE = re.compile(
    r"(?i)arn:|https?://[^@\s]*$|\$[({]|(?-i:\$[A-Z_][A-Z0-9_]*)$|<[^>]*>$|\{\{|%\w+%$|\W+$|/[\w/.-]+$|[\w-]+(?:/[\w.-]+)+$"
    r"|(?:true|false|none|null|yes|no|enabled|disabled|required|optional)$"
)

_PUBLIC = re.compile(
    r"""
      arn:aws[\w-]*:[^\s"',;]*
    | -----BEGIN[ ](?:[A-Z]+[ ])*(?:CERTIFICATE|PUBLIC[ ]KEY)-----.*?-----END
    | (?:ssh-(?:rsa|ed25519|dss)|ecdsa-[\w-]+|sk-ssh-[\w@.-]+)[ ][A-Za-z0-9+/=]+
    | (?<![\w-])k[A-Za-z0-9]{6,20}CNTRL(?:-k[A-Za-z0-9]{6,20}CNTRL)?(?![\w-])  # Tailscale's name of a credential
    | \bsha(?:1|256|384|512)[:-][A-Za-z0-9+/=]+
    """,
    re.VERBOSE | re.DOTALL,
)
_PUBLIC_NAME = re.compile(
    r"(?i)hash|digest|checksum|thumbprint|fingerprint|etag|md5|sha\d+|certificate|public_?key|^keyid$|canonical|commit|revision"
)
_WORD = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")


def named(key: str, text: str) -> bool:
    """True where ``key`` says that its value is a secret, and ``text`` is a value and no reference to one."""
    name = key.rsplit("/", 1)[-1]
    secret = _NAMED_SECRET.search(name) and not _NAMED_OTHERWISE.search(name)
    return bool(secret and text.strip() and not _REFERENCE.match(text))


def named_public(key: str) -> bool:
    """True where ``key`` says that its value looks random and is no secret, such as a hash or a certificate."""
    return bool(_PUBLIC_NAME.search(key.rsplit("/", 1)[-1]))


@lru_cache(maxsize=4096)
def kind(text: str) -> str | None:
    """Which kind of secret the text holds by its format or by an assignment, regardless of where it stands."""
    if len(text) < 8:
        return None
    if _FORMATS.search(text):
        return "a credential of a known format"
    # ARNs come off first: an account number before a long name reads as a token of Telegram.
    plain = _PUBLIC.sub(" ", text)
    if _WORTH_ASKING.search(plain):
        for line in plain.splitlines():
            for name, found in _library():
                if any(True for _ in found(line)):
                    return f"a secret ({name})"
    for match in _ASSIGNMENT.finditer(plain):
        # "token: rotated-weekly" is prose; "token: hunter22" and "token=rotated-weekly" are not.
        prose = match[1] == ":" and re.fullmatch(r"[A-Za-z.-]+", match[2])
        if not prose and not _REFERENCE.match(match[2]):
            return "an assignment of a secret"
    return None


@cache
def _library() -> tuple[tuple[str, Any], ...]:
    """Name and function of each detector of detect-secrets that works by format, offline."""
    found = []
    for detector in _DETECTORS:
        module, name = detector.split(".")
        plugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()
        found.append((plugin.secret_type, plugin.analyze_string))
    return tuple(found)


@lru_cache(maxsize=4096)
def random(text: str) -> bool:
    """True where a run of characters looks drawn at random, not written.

    Entropy alone takes ``AmazonSSMManagedInstanceCore`` for a key. Written names seldom change between capitals, small
    letters and digits; random base64 does so at two of three characters, random hexadecimal at one of two.
    """
    if len(text) < 20:
        return False
    plain = _PUBLIC.sub(" ", text)
    for word in _WORD.findall(plain):
        three_kinds = all(any(test(c) for c in word) for test in (str.isupper, str.islower, str.isdigit))
        if three_kinds and _changes(word) >= 0.45 and _entropy(word) >= 3.7:
            return True
        if len(word) >= 32 and _changes(word) >= 0.28 and _entropy(word) >= 4 and sum(map(str.isdigit, word)) >= 4:
            return True
    return any(_entropy(word) >= 3 and _changes(word) >= 0.3 for word in _HEX.findall(plain))


def _changes(word: str) -> float:
    """The share of neighbours that are of different kinds: capital, small letter, digit, other."""
    kinds = [(c.isupper(), c.islower(), c.isdigit()) for c in word]
    return sum(a != b for a, b in pairwise(kinds)) / (len(word) - 1)


def _entropy(word: str) -> float:
    """Shannon's entropy in bits for each character."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
