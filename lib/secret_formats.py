"""What a secret looks like: the formats of vendors, passwords in URLs and assignments, and text drawn at random.

The one list of secret formats: settings are refused by it, and the policies judge every property by it. Where a name
decides, :mod:`lib.secret_names` does. A text is never taken for a secret because of what is public in it
(:data:`PUBLIC`). Formats are those that vendors document, and those of detect-secrets and gitleaks.
"""

import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from lib import secret_names
from lib.secret_names import sensitive_name

__all__ = ["assigned", "kind", "looks_random", "looks_secret", "sensitive_name"]

FORMATS = {
    "AWS access key": r"(?<![A-Z0-9])(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}(?![A-Z0-9])",
    "AWS Bedrock key": r"(?<![\w-])ABSK[A-Za-z0-9+/]{60,}",
    "Azure storage key": r"(?i:account|access)_?(?i:key)=[\w+/]{40,}={0,2}",
    "Azure client secret": r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])",
    "Azure or presigned signature": r"[?&](?:sig|X-Amz-Signature|X-Goog-Signature)=[\w%+/-]{20,}",
    "Google key": r"(?<![\w-])AIza[\w-]{35}(?![\w-])",
    "Google client secret": r"(?<![\w-])GOCSPX-[\w-]{20,}",
    "GitHub token": r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36} | (?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{22,}",
    "GitLab token": r"(?<![\w-])gl(?:pat|dt|ft|soat|rt|rtr|cbt|imt|ptt|agent|oas|ffct)-[\w-]{20,}"
    r" | (?<!\w)GR1348941[\w-]{20}",
    "Bitbucket token": r"(?<![\w-])(?:ATBB|ATCTT3|ATATT3)[\w=-]{24,}",
    "JSON web token": r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.?[\w-]*"
    r" | (?<![\w-])eyJ[\w-]{15,}\.[\w-]{10,}\.[\w-]{10,}",
    "private key": r"-----BEGIN[ ][A-Z0-9 ]*PRIVATE[ ]KEY | PuTTY-User-Key-File | AGE-SECRET-KEY-1[0-9A-Z]{20,}"
    r" | (?<![A-Za-z0-9+/])(?:MII[EJ][A-Za-z0-9+/]{2}IBAD|MC4CAQAwBQYDK2Vw|MIG[A-Za-z0-9+/]AgEAMBMGBy)",
    "Slack token": r"(?i:xox[abposre])-(?:\d-)?[\w-]{10,} | (?<!\w)xapp-\d-[\w-]{10,}",
    "webhook": r"""
        hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{8,}
      | \.webhook\.office\.com/webhookb2/[\w@-]{8,} | discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}
      | hooks\.zapier\.com/hooks/catch/\d+/\w+ | chat\.googleapis\.com/v1/spaces/\S+[?&]key=[\w-]{8,}
      | events\.pagerduty\.com/integration/\w{20,} | maker\.ifttt\.com/trigger/\S+/with/key/[\w-]{10,}
      | outlook\.office(?:365)?\.com/webhook/[\w@-]{20,} | logic\.azure\.com\S*[?&]sig=[\w%-]{10,}
    """,
    "Telegram token": r"(?<![\w:-])\d{8,10}:AA[\w-]{33} | (?<![\w:.-])\d{9,10}:[A-Za-z0-9_-]{35}(?![\w-])",
    "Discord token": r"(?<![\w-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}",
    "Twilio key": r"(?<![A-Za-z0-9])(?:AC|SK)[0-9a-f]{32}(?![A-Za-z0-9])",
    "Stripe key": r"(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test|prod)_[0-9a-zA-Z]{16,} | (?<!\w)whsec_[A-Za-z0-9+/=]{16,}",
    "Square token": r"(?<!\w)sq0(?:csp|atp|idp)-[\w-]{22,} | (?<![\w-])EAAA[\w-]{60}",
    "Shopify token": r"(?<!\w)shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "SendGrid key": r"(?<![\w.])SG\.[\w-]{20,24}\.[\w-]{39,50}",
    "Mailgun key": r"(?<![\w-])key-[0-9a-f]{32}(?![0-9a-f])",
    "Mailchimp key": r"(?<![0-9a-z])[0-9a-f]{32}-us\d{1,2}(?!\w)",
    "Postmark, Sentry or Grafana token": r"(?<!\w)sntry[su]_[\w=+/-]{30,} | (?<!\w)gl(?:c|sa)_[\w=+/-]{28,}",
    "OpenAI or Anthropic key": r"(?<![\w-])sk-(?:ant|proj|svcacct|admin|or)-[\w-]{20,}"
    r" | (?<![\w-])sk-[A-Za-z0-9]{20,}(?![\w-])"
    r" | (?<![\w-])sk-\w*T3BlbkFJ\w*",
    "Hugging Face, Replicate or Groq token": r"(?<!\w)hf_[A-Za-z]{30,} | (?<!\w)r8_\w{37} | (?<!\w)gsk_\w{40,}",
    "netrc file": r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+\S+",
    "npm token": r"(?<![\w-])npm_[A-Za-z0-9]{36} | _authToken[ ]*=[ ]*[^\s$]{10,} | _auth[ ]*=[ ]*[A-Za-z0-9+/=]{10,}",
    "package registry token": r"(?<![\w-])pypi-AgE[\w-]{16,} | (?<!\w)rubygems_[0-9a-f]{48}"
    r" | (?<!\w)dckr_(?:pat|oat)_[\w-]{20,}"
    r" | (?<![\w-])cio[A-Za-z0-9]{32}(?![A-Za-z0-9])",
    "Vault token": r"(?<![\w-])hv[sbr]\.[\w-]{20,} | (?<![\w.])s\.[A-Za-z0-9]{24}(?![\w.])",
    "Terraform Cloud token": r"(?<!\w)[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}",
    "Tailscale key": r"(?<![\w-])tskey-[a-z]+-\w{6,}",
    "Doppler token": r"(?<![\w.-])dp\.(?:st|ct|pt|sa|scim|audit)\.[\w.-]{20,}",
    "Pulumi token": r"(?<![\w-])pul-[0-9a-f]{40}",
    "1Password token": r"(?<!\w)ops_eyJ[\w=+/-]{20,} | (?<![\w-])A3-[A-Z0-9]{6}-[A-Z0-9]{6}-(?:[A-Z0-9]{5}-?){4}",
    "DigitalOcean, Linear, Notion or Figma token": r"(?<!\w)do[opr]_v1_[0-9a-f]{64} | (?<!\w)lin_api_\w{40}"
    r" | (?<!\w)(?:secret|ntn)_[A-Za-z0-9]{40,} | (?<!\w)figd_[\w-]{40}",
    "New Relic, Datadog or Dynatrace key": r"(?<!\w)NRAK-[A-Z0-9]{27} | (?<!\w)dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}"
    r" | (?<!\w)NRII-[\w-]{32}",
    "PlanetScale, Supabase or Databricks token": r"(?<!\w)pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}"
    r" | (?<!\w)sb[ps]_[0-9a-f]{40}"
    r" | (?<!\w)dapi[0-9a-f]{32}(?:-\d)?(?!\w)",
    "Authorization header": r"(?i:authorization[\"']?\s*[:=]\s*[\"']?(?:basic|bearer|token)\s+)[\w+/=.~-]{12,}"
    r" | (?<!\w)(?i:basic)[ ][A-Za-z0-9+/]{12,}={0,2}(?![\w ]) | (?<!\w)Bearer[ ][\w.~+/-]{20,}",
}
"""By vendor. What only its vendor's name tells from a digest (IBM, Cloudant) is found by the name beside it."""

_FORMATS = re.compile("|".join(f"(?P<f{n}>{pattern})" for n, pattern in enumerate(FORMATS.values())), re.VERBOSE)
_NAMES = dict(enumerate(FORMATS))
_HINT = re.compile(
    r"(?:A3T|AB[IS]|ACCA|A[KS]IA|[Kk][Ee][Yy]|Q~|[?&](?:sig|X-)|AIza|GOCSPX|gh[pousr]_|github_|gl[a-z]{1,5}-|GR13|ATBB|AT[AC]TT3"
    r"|eyJ|PRIVATE|PuTTY|AGE-S|MII|MC4C|MIG|[Xx][Oo][Xx]|xapp|hooks?[./]|office|webhook|googleapis|pagerduty|ifttt|logic\."
    r"|\d{8,10}:|[MNO][\w-]{23,25}\.|AC[0-9a-f]|SK[0-9a-f]|[sr]k_|whsec|sq0|EAAA|shp|SG\.|-us\d|sntry|glc_|glsa_|sk-|hf_|r8_|gsk_"
    r"|npm_|_auth|pypi-|rubygems|dckr|cio|hv[sbr]\.|s\.[A-Za-z0-9]{24}|atlasv1|tskey|dp\.|pul-|ops_|A3-|do[opr]_|lin_|secret_|ntn_"
    r"|figd|NR|dt0c|pscale|sb[ps]_|dapi|machine\s|(?i:authorization|basic|bearer))"
)
"""One of these is in each text of a known format: the formats are looked for in the few that have it."""

PUBLIC = re.compile(
    r"""
      arn:aws[\w-]*:[^\s"',;]*
    | -----BEGIN[ ](?:[A-Z]+[ ])*(?:CERTIFICATE|PUBLIC[ ]KEY(?:[ ]BLOCK)?|CERTIFICATE[ ]REQUEST)-----.*?(?:-----END|\Z)
    | (?:ssh-(?:rsa|ed25519|dss)|ecdsa-[\w-]+|sk-(?:ssh|ecdsa)-[\w@.-]+)[ ][A-Za-z0-9+/=]+
    | (?<![\w-])k[A-Za-z0-9]{6,20}CNTRL(?:-k[A-Za-z0-9]{6,20}CNTRL)?(?![\w-])  # Tailscale's name of a credential
    | \b(?:sha(?:1|224|256|384|512)|md5|h1|blake[23]b?)[:=-][A-Za-z0-9+/=_-]+
    | \b(?:pk|pub|publishable)_(?:live|test)_\w+ | \bAPKA\w+ | \bage1[0-9a-z]{58}
    | \bENC\[[^\]]*\] | \bAQICAH[A-Za-z0-9+/=]+ | \{cipher\}\w+              # ciphertext of sops, KMS, Spring
    | data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+
    | (?<![A-Za-z0-9+/])(?:MI[IG][A-Za-z0-9+/]{2,6}ANBgkqhkiG9w0BAQEFAAOC
        |MFkwEwYHKoZIzj0C|MHYwEAYHKoZIzj0C|MCowBQYDK2Vw)[A-Za-z0-9+/=]+
    | v=(?:DKIM1|spf1|DMARC1|STSv1|TLSRPTv1|BIMI1)\b[^"]*
    | \b[\w.-]+-(?:site|domain)-verification=[\w=+/.-]+ | \b_?acm-validations\.aws\b
    | (?<=[a-z])(?<![0-9a-f]{9})[0-9A-F]{8}(?![\w])   # end of a logical id of the CDK, not of a digest
    | \b[\w-]+\.apps\.googleusercontent\.com
    | \bIv(?:1\.[0-9a-f]{16}|[0-9]{2}[A-Za-z0-9]{16})(?!\w)   # client id of a GitHub App
    """,
    re.VERBOSE | re.DOTALL,
)
"""What looks random and everybody may read: ARNs, certificates, public keys, digests, ciphertext, DNS."""

_URL = re.compile(r"\b[A-Za-z][\w+.-]{1,30}://[^\s/@:\"'<>]{0,200}:(?!\d{1,5}[/,?])([^\s@\"'<>]{1,300})@[\w\[.$%{-]")
_TOKENED_URL = re.compile(r"\bhttps?://([0-9a-f]{32}:[0-9a-f]{32})@")  # a DSN of Sentry's older form has both keys


def _url_password(text: str) -> bool:
    """A URL that holds a password, whatever its scheme and with or without a user; a placeholder is none."""
    return any(not secret_names.is_reference(match[1], url=True) for match in _URL.finditer(text))


_ASSIGNMENT = re.compile(
    r"""
    (?:^|(?<=[\s,;{(?&"'`|]))(?:--?)?
    ["']?(?P<name>[A-Za-z_][\w.-]{0,60}(?:[ ][A-Za-z]{1,12})?)["']?
    (?: (?P<colon>[ \t]{0,4}:[ \t]{0,4}) | (?P<equals>=) | (?P<spaced>[ \t]{1,4}=[ \t]{0,4}) )
    (?: (?P<quote>["'])(?P<quoted>[^"'\n]{1,400})(?P=quote) | (?P<bare>[^\s"';,&<>]{1,400}) )
    """,
    re.VERBOSE | re.MULTILINE,
)
_OPTION = re.compile(r"(?:^|\s)--?(?P<name>[a-z][a-z-]*)[ \t]+[\"']?(?P<bare>[^\s\"'-][^\s\"']{3,})")
_CODE = re.compile(r"[()\[\]{}]|^[A-Za-z_]\w*(?:\.\w+)+$|^(?:self|os|event|config|args|env|process|this)\b")


def assigned(text: str) -> bool:
    """True where the text gives a value to what is named as a secret, as scripts and connection strings do."""
    for match in _ASSIGNMENT.finditer(text):
        value = match["quoted"] or match["bare"] or ""
        written = match["spaced"] and not re.search(r"[^A-Za-z_.]", value)  # "x = y" is code
        if value.startswith("$") or (match["bare"] and (written or _CODE.search(value))):
            continue  # an expression, not a literal
        # "token: rotated-weekly" and "token: fails: see" are prose; "token: hunter22", "token=rotated-weekly" are not.
        prose = match["colon"] and not match["quote"] and re.fullmatch(r"[A-Za-z.-]+:?", value)
        if not prose and len(value) >= 5 and value != match["name"] and secret_names.named(match["name"], value):
            return True
    return any(secret_names.named(match["name"], match["bare"]) for match in _OPTION.finditer(text))


@lru_cache(maxsize=64)
def _not_public(text: str) -> str:
    """The text without what is public in it, which both :func:`kind` and :func:`looks_random` ask of the same text."""
    return PUBLIC.sub(" ", text)


@lru_cache(maxsize=4096)
def kind(text: str) -> str | None:
    """Which kind of secret the text holds by its format or by an assignment, regardless of where it stands."""
    if len(text) < 8:
        return None
    plain = _not_public(text) if len(text) >= 20 else text
    if credential := _known(plain):
        return credential
    return "an assignment of a secret" if ("=" in plain or ":" in plain or "--" in plain) and assigned(plain) else None


def known(text: str) -> str | None:
    """Which format of a credential the text holds: what no other text has, not even what DNS publishes."""
    return _known(_not_public(text))


def _known(plain: str) -> str | None:
    if _HINT.search(plain) and (match := _FORMATS.search(plain)):
        return f"a secret ({_NAMES[int(str(match.lastgroup)[1:])]})"
    if "://" in plain and (_url_password(plain) or _TOKENED_URL.search(plain)):
        return "a password in a URL"
    return None


_WORD = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_WRITTEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+|v\d+")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{32,}|[0-9A-F]{32,})(?![0-9A-Za-z])")
DIGESTS = (32, 40, 48, 56, 64, 96, 128)
"""Hexadecimal digits of MD5, SHA-1, SHA-2 and of commits: alone they say nothing of a secret."""


@lru_cache(maxsize=4096)
def looks_random(text: str, *, digests: bool = False) -> bool:
    """True where a run of characters looks drawn at random, not written; a digest in hexadecimal only if asked for.

    Entropy alone takes ``AmazonSSMManagedInstanceCore`` for a key. Written names seldom change between capitals, small
    letters and digits; random base64 does so at two of three characters, random hexadecimal at one of two.
    """
    if not _WORD.search(text):  # nothing that is long enough, nor in what is left without the public parts
        return False
    plain = _not_public(text)
    numbers = _HEX.findall(plain)
    if any((digests or len(word) not in DIGESTS) and entropy(word) >= 3 and _changes(word) >= 0.3 for word in numbers):
        return True
    for token in _WORD.findall(_HEX.sub(" ", plain)):
        for word in [token] if not re.search(r"[_-]", token) else _parts(token):
            three_kinds = all(any(test(c) for c in word) for test in (str.isupper, str.islower, str.isdigit))
            if three_kinds and _changes(word) >= 0.45 and entropy(word) >= 3.7:
                return True
            digits = sum(map(str.isdigit, word))
            if len(word) >= 32 and _changes(word) >= 0.28 and entropy(word) >= 4 and digits >= 4:
                return True
    return False


def _parts(word: str) -> list[str]:
    """A word with dashes: whole where it is URL-safe base64, else its parts of 20 characters and more."""
    parts = re.split(r"[_-]", word)
    mixed = any(map(str.isupper, word)) and any(map(str.islower, word))
    written = sum(_WRITTEN.fullmatch(part) is not None for part in parts)
    whole = (max(map(len, parts)) >= 12 and len(parts) <= 4) or written * 3 <= len(parts)
    return [word] if mixed and whole else [part for part in parts if len(part) >= 20]


def _changes(word: str) -> float:
    """The share of neighbours that are of different kinds: capital, small letter, digit, other."""
    kinds = [(c.isupper(), c.islower(), c.isdigit()) for c in word]
    return sum(a != b for a, b in pairwise(kinds)) / (len(word) - 1)


def entropy(word: str) -> float:
    """Shannon's entropy in bits for each character."""
    counts = Counter(word).values()
    return -sum(count / len(word) * math.log2(count / len(word)) for count in counts)


_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_MIXED_BITS = 3.5
_RANDOM_BITS = 4.3
"""Long names reach 4 bits, 32 random bytes in Base64 nearly 5. detect-secrets draws the line at 4.5, which no text of
20 characters can reach; where letters and digits mix, 3.5 is enough."""


def looks_secret(value: str) -> bool:
    """Whether a setting has the format of a credential or reads as random: stricter, for no setting is a digest."""
    if kind(value) or looks_random(value, digests=True):
        return True
    tokens = _TOKEN.findall(_not_public(value))
    return any(entropy(token) >= (_MIXED_BITS if _mixed(token) else _RANDOM_BITS) for token in tokens)


def _mixed(token: str) -> bool:
    """Letters and at least two digits, without dashes or in both cases: a name seldom reads like that."""
    digits = sum(character.isdigit() for character in token)
    one_case = token.lower() == token or token.upper() == token
    return digits >= 2 and not token.isdigit() and (token.isalnum() or not one_case)
