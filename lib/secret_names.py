"""Whose name says that it is a secret, and what a value says that is none: a reference, a placeholder, a count.

A name is read word by word, in any spelling: ``DB_PASS``, ``dbPassword``, ``db-password``, ``/prod/db/password``. Its
last word decides: ``TOKEN_TTL``, ``SECRET_NAME`` and ``KEY_PREFIX`` speak about secrets and are none.
"""

import re
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    """The words of a text that only lists them."""
    return frozenset(words.split())


SECRET = word_set(
    """
    password passwords passwd passphrase passphrases passcode passw passwort pass pwd pw psw secret secrets
    token tokens credential credentials creds apikey apikeys authkey accesskey secretkey privatekey
    encryptionkey signingkey presharedkey psk auth salt pepper pat mnemonic jaas htpasswd
    """
)
"""Last words that name a secret."""
ENDINGS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "authtoken",
    "accesstoken",
    "secretkey",
    "privatekey",
)
"""How a last word ends that names one, written in one: ``PGPASSWORD``."""
KEYS = word_set(
    """
    api access private secret auth authentication encryption decryption signing signature master shared
    storage cookie hmac cipher crypto deploy license licence ingest jwt account preshared psk
    """
)
"""Before ``key``: names of a secret."""
LIKELY_KEYS = word_set(
    """
    app application routing integration session client write admin service server consumer user tls ssl root
    webhook
    """
)
LIKELY = word_set("authorization signing seed cookie hmac csrf webhook otp verify bearer session nonce challenge")
"""Words that name a secret where the value looks like one."""
SUFFIXES = word_set(
    """
    base value string binary text plain plaintext literal b64 base64 data default current previous next old
    new primary secondary backup prod production staging dev test v1 v2 insecure wo
    """
)
"""Words behind a name that change nothing: ``SECRET_KEY_BASE``, ``secretString``, ``PASSWORD_OLD``."""
NOT_BEFORE = {
    "secret": word_set(
        """
    existing external pull tls ssl ca cert certificate certificates password credential credentials image from ref
    config env volume mount kubernetes k8s registry docker create use enable enabled has
    """
    ),
    "token": word_set(
        """
    client request creation caller idempotency next page continuation pagination dkim starting resume sync
    change
    """
    ),
}
"""What a name of a Secret of Kubernetes, or a token that is no credential, has before the word."""
NOT_BEFORE |= {"tokens": NOT_BEFORE["token"] | word_set("max min num count total limit input output prompt completion")}
NOT_BEFORE |= {
    "secrets": NOT_BEFORE["secret"],
    "auth": word_set("enable disable require use skip no has is basic_mode"),
}
NOT_BEFORE |= {"pass": word_set("by proxy single fastcgi uwsgi two multi boarding allow ticket")}
NAMES_OF_SECRETS = frozenset({"secret", "secrets"})
CREDENTIALS = word_set(
    """
    client consumer app application api jwt session oauth oauth2 webhook shared signing cookie hmac access refresh
    nextauth auth csrf bot totp otp mfa
    """
)
"""Before ``secret``: what is the secret itself, and never the name of one in a store."""
DIGEST_WORDS = word_set("hash checksum checksums digest digests md5 sha sha1 sha256 sha512 etag fingerprint thumbprint")

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters: ``myAPIKey`` is my, api, key."""
    return tuple(word.lower() for word in _SPLIT.split(name[-200:]) if word)


@lru_cache(maxsize=4096)
def _class(name: str) -> str:
    """``certain``, ``likely`` or nothing, by the last word that counts."""
    parts = list(words(name))
    while len(parts) > 1 and (parts[-1] in SUFFIXES or parts[-1].isdigit()):
        parts.pop()
    if not parts:
        return ""
    last, before = parts[-1], parts[-2] if len(parts) > 1 else ""
    if last in ("key", "keys"):
        return "certain" if before in KEYS else "likely" if before in LIKELY_KEYS else ""
    annotation = "." in name.partition("/")[0] and "/" in name  # of Kubernetes: it names the Secret
    if before in NOT_BEFORE.get(last, ()) or (annotation and last in NAMES_OF_SECRETS):
        return "name" if last in NAMES_OF_SECRETS else ""
    if last in SECRET or last.endswith(ENDINGS):
        return "certain"
    return "likely" if last in LIKELY else ""


def sensitive_name(key: str) -> bool:
    """Whether the key says that its value is a secret, for example ``dbPassword`` or ``api-key``."""
    return _class(key) == "certain"


def likely_name(key: str) -> bool:
    """Whether the key speaks of what may be a secret, so that even a digest under it is suspicious."""
    return bool(_class(key))


def names_password(key: str) -> bool:
    """Whether the key names a password, which is one also where it is a number."""
    return _class(key) == "certain" and any(word.startswith("pass") and word != "passes" for word in words(key)[-2:])


PUBLIC_WORDS = word_set(
    """
    hash hashes digest digests checksum checksums thumbprint thumbprints fingerprint fingerprints etag etags
    md5 certificate certificates cert certs crt ca bundle public publishable canonical commit revision
    version versions release build image integrity dkim verification challenge trace traceparent span
    ciphertext encrypted sealed uuid guid serial logo icon favicon trigger triggers keepers annotations
    labels id ids arn arns sha sha1 sha256 sha512 sri ref sum replace
    """
)
"""A name with one of these says that its value may look random and is no secret."""


def named_public(path: str) -> bool:
    """True where a name, or what it stands in, says that its value looks random and is no secret."""
    return not PUBLIC_WORDS.isdisjoint(words(path)) or any(re.fullmatch(r"sha\d+\w*", word) for word in words(path))


_WELL_KNOWN = re.compile(
    r"(?i)(?:true|false|none|null|nil|yes|no|on|off|enabled?|disabled?|required|optional|no-preference|auto|default|inherit|include|omit|same-origin"
    r"|n/a|seconds|minutes|hours|days|unset|undefined|redacted|hidden|masked|\[secret\]|\[redacted\])$"
)
_MODES = re.compile(
    r"(?i)(?:basic|oauth2?|oidc|saml2?|ldap|iam|aws[_-]iam|jwt|token|mtls|tls|kerberos|ntlm|digest|bearer|anonymous|sigv4|github"
    r"|google|okta|azure|keycloak|internal|external|scram(?:-sha-\d+)?|md5|trust|peer|cert|certificate|custom|cognito\w*|password"
    r"|passwordless|native|local|plain|apikey|api_key|request|optional|mandatory|any|all|api|login)$"
)
_TEMPLATE = re.compile(
    r"\$\{|\$\(|\$[A-Z_][A-Z0-9_]*$|\$\d$|\{\{|<[^<>]{1,80}>$|%\w+%$|%[({]\w+[)}]s?$|%[sdv]$|#\{|\{\w+\}$|@@?\w+@@?$|@Microsoft\.KeyVault\(|__\w+__$|\W+$"
)
_SCHEME = re.compile(
    r"(?i)arn:|op://|vault:|ssm:|secretsmanager:|aws-?sm:|gcp-?sm:|sm://|secret://|secrets://|doppler:|keyvault:|env:|file:|ref\+|sops:"
    r"|awskms|gcpkms|azurekms|hashivault|projects/[\w-]+/secrets/|ENC\[|\{cipher\}|!ref\b|aws:ssm|akv:|bitwarden:|kubernetes:|k8s://|AQICAH"
    r"|https?://[^@\s]*$"
)
_STORES = re.compile(
    r"(?i)(?:secrets?|vault|kv|ssm|parameters?|run|etc|var|mnt|opt|home|tmp|usr|app|apps|prod|production|staging|stage|dev|development"
    r"|test|qa|uat|sandbox|config|credentials?|creds|passwords?|passwd|tokens?|keys?|[\w-]*(?:password|secret|token|credentials?|key))$"
)
_KMS = re.compile(r"(?:alias/|mrk-)[\w/-]+$|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_DIGEST = re.compile(r"(?:[\w-]+:)?(?:[0-9a-fA-F]{32,128}|[A-Za-z0-9+/_-]{43}=?)$")
_SECRET_NAME = re.compile(r"[a-z]+(?:[-/][a-z]+)*$|[a-z]+/[a-z0-9/-]+$")
_RESOURCE_NAME = re.compile(r"(?:[a-z0-9-]+/)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$")


def _is_path(value: str) -> bool:
    """A path to where a secret is kept. A slash alone is no sign of it: a folder must say so."""
    parts = value.strip("/").split("/")
    absolute = value.startswith("/")
    if not all(re.fullmatch(r"[\w.-]+", part) for part in parts) or len(parts) < (2 if absolute else 3):
        return False
    return any(_STORES.match(part) for part in parts)


def is_reference(value: str, *, url: bool = False) -> bool:
    """True where a value stands for a secret that is kept elsewhere, or for none at all."""
    text = value.strip()
    if not text or _TEMPLATE.match(text) or _WELL_KNOWN.match(text):
        return True
    return not url and bool(_SCHEME.match(text) or _is_path(text))


def _strong(value: str) -> bool:
    """A value that no person would write as a name or a mode."""
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return len(value) >= 12 and " " not in value and mixed and not re.search(r"[./:]", value.rstrip("="))


def _speaks_of_secrets(name: str) -> bool:
    """``postgres-credentials``: a name of two words and more, the last of which tells what is kept under it."""
    parts = words(name)
    return len(parts) > 1 and parts[-1] in SECRET | {
        "secrets",
        "key",
        "keys",
        "tls",
        "cert",
        "db",
        "database",
        "config",
    }


def named(key: str, text: str) -> bool:
    """True where ``key`` says that its value is a secret, and ``text`` is a value and no reference to one."""
    how = _class(key)
    if not how or is_reference(text):
        return False
    if not DIGEST_WORDS.isdisjoint(words(key)) and _DIGEST.match(text):
        return False  # "checksum/secret": what changes when the secret does
    last = words(key)[-1]
    if how != "certain":
        name = bool(_RESOURCE_NAME.match(text))  # of a Secret of Kubernetes
        return not name if how == "name" else _strong(text) and not _KMS.match(text)
    if len(words(key)) == 1 and last in NAMES_OF_SECRETS and _SECRET_NAME.match(text):
        return False  # "secret" alone is as often the name of one
    written = bool(_RESOURCE_NAME.match(text)) and not any(map(str.isdigit, text))
    harmless = {
        **dict.fromkeys(("key", "keys"), bool(_KMS.match(text))),  # a key of KMS by its id or alias
        "auth": bool(_MODES.match(text)),
        **dict.fromkeys(("secrets", "credentials"), written),
        "secret": written and CREDENTIALS.isdisjoint(words(key)) and _speaks_of_secrets(text),
        "tokens": text.strip().isdigit(),
    }
    return not harmless.get(last, False)
