"""Find secrets in plain text among the properties of a resource, and say where without saying what. Clause SEC-01.

JSON, base64 and gzip are opened, so that containers, user data and function code are read as what they are. What is
unknown, and what the engine holds as a secret (:class:`policy.core.snapshot.SecretText`), is skipped.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pulumi

from lib import secret_formats, secret_names
from policy.core.snapshot import SecretText
from policy.facts.props import UNKNOWN, Resource, get, parsed

Found = tuple[str, str, str]
"""Path, kind and text of a secret."""
NAMED = "the value of what is named as a secret"
NAME_KEYS = ("name", "Name", "key", "Key")
VALUE_KEYS = ("value", "Value", "insecureValue", "stringValue")
"""Lists of pairs name a value by another key: containers, build jobs, parameters."""

_PUBLISHED = re.compile(
    r"(?i)route53/record:|dns/|:(?:dns)?record(?:set)?$|lightsail/domainEntry|ses(?:v2)?/(?:domain|email)\w*:|certificateValidation"
)
"""Types whose values everybody can read by asking DNS: validations, keys of mail, addresses."""
_KUBERNETES_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
_SCHEMA = re.compile(r"kubernetes:apiextensions\.k8s\.io/v\w+:CustomResourceDefinition")
"""Half a megabyte of descriptions of fields: only its metadata may hold values."""
_DESCRIBES = secret_names.word_set(
    """
    name server url type project username user host hostname port database dbname namespace region endpoint
    crt ca cert email issuer id arn bucket path protocol scheme insecure enabled
    """
)
"""Last words of keys in a Secret that say whose it is or where it is used."""

_COUNT = "count/"
_COUNTED = re.compile("[0-9]{1,6}")
"""How many objects of a kind a quota lets there be: ``count/secrets: "0"``."""
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*")
_OPTION = re.compile(r"--?[a-z][a-z_-]+")
"""A word of a command that names the next one: ``["--db-password", "..."]``."""
_CLOUD_CONFIG = "#cloud-config\n"
"""The first line of user data that is YAML, and therefore may be JSON."""
_DEPTH = 4
"""How many wrappings are opened: gzip in base64 in JSON in base64 is more than any service takes."""
_OPENED = 2**18
"""How many bytes of a gzip are read: user data is 16 KiB at most, and a bomb must not stop the pack."""


def findings(resource: Resource) -> Iterator[tuple[str, str]]:
    """Path and kind of each secret in plain text."""
    for path, kind, _ in _secrets(resource):
        yield path, kind


def _secrets(resource: Resource) -> Iterator[Found]:
    if _SCHEMA.match(resource.resource_type):
        yield from _walk(get(resource.props, "metadata"), _Location(path="metadata"))
    elif _PUBLISHED.search(resource.resource_type):
        yield from _walk(resource.props, published=True)
    else:
        kind = {"kind": "Secret"} if resource.resource_type == _KUBERNETES_SECRET else {}
        yield from _walk(resource.props)
        yield from _sealed(resource.props, kind)


def redactor(resources: Iterable[Resource]) -> Callable[[str], str]:
    """A function that cuts what is, or looks like, a secret of ``resources`` out of a message.

    Rules quote values that they refuse. Nothing is read before the first message: most resources cause none.
    """

    @cache
    def secrets() -> tuple[str, ...]:
        found: set[str] = set()
        for resource in resources:
            found.update(_held(resource.props), (text for *_, text in _secrets(resource)))
        spellings = {spelling for text in found for spelling in (text, repr(text)[1:-1], json.dumps(text)[1:-1])}
        return tuple(sorted((s for s in spellings if len(s) >= 4), key=len, reverse=True))

    def redact(message: str) -> str:
        for secret in secrets():
            message = message.replace(secret, "[secret]")
        return message

    return redact


def _held(value: object) -> Iterator[str]:
    """Each string that the engine holds as a secret."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, SecretText):
            yield str(value)
        elif isinstance(value, Mapping):
            waiting += [get(value, key) for key in value]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            waiting += [get(value, index) for index in range(len(value))]


@dataclass(frozen=True, kw_only=True)
class _Location:
    """Where a value stands: its path, the name that speaks for it, how often something was opened on the way to it.

    ``published`` says that everybody may read it anyway, so that only the formats of credentials tell a secret.
    """

    path: str = ""
    key: str = ""
    depth: int = 0
    published: bool = False

    def within(self, path: str, key: str, *, published: bool = False) -> "_Location":
        """Where a value within this one stands."""
        return _Location(path=path, key=key, depth=self.depth, published=self.published or published)


@dataclass(frozen=True)
class _Inner:
    """A value inside another, and where."""

    value: object
    location: _Location


def _walk(value: object, location: _Location | None = None, *, published: bool = False) -> Iterator[Found]:
    """Each secret within ``value``, which may be nested deeper than Python may call."""
    steps = [_inside(value, location or _Location(published=published))]
    while steps:
        found = next(steps[-1], None)
        if found is None:
            steps.pop()
        elif isinstance(found, _Inner):
            steps.append(_inside(found.value, found.location))
        else:
            yield found


def _inside(value: object, location: _Location) -> Iterator[Found | _Inner]:
    """The secrets that ``value`` itself tells of, and the values in it."""
    if isinstance(value, SecretText) or value is UNKNOWN:
        return
    if isinstance(value, str):
        yield from _text(value, location)
    elif isinstance(value, Mapping):
        yield from _mapping(value, location)
    elif isinstance(value, Sequence):
        option = ""
        for index in range(len(value)):
            item = get(value, index)
            yield _Inner(item, location.within(f"{location.path}[{index}]", option or location.key))
            option = item.lstrip("-") if isinstance(item, str) and _OPTION.fullmatch(item) else ""
    elif isinstance(value, pulumi.StringAsset):
        yield from _text(value.text, location)
    elif isinstance(value, pulumi.AssetArchive):
        yield from _mapping(value.assets, location)
    elif isinstance(value, int) and not isinstance(value, bool) and value > 999 and _names_password(location):
        yield location.path, NAMED, str(value)


def _names_password(location: _Location) -> bool:
    return not location.published and secret_names.names_password(location.key)


def _mapping(value: Mapping[str, object], location: _Location) -> Iterator[Found | _Inner]:
    lead = f"{location.path}." if location.path else ""
    # Lists of name and value, as containers and parameter groups have them, name the value in the other key.
    pair = next((found for name in NAME_KEYS if isinstance(found := get(value, name), str)), "")
    kept = _references(value)
    for name in value:
        shown = name
        if kind := secret_formats.kind(name):
            shown = "<key>"
            yield f"{lead}{shown}", f"{kind} as a key", name
        called = _called(name, pair, location.key)
        item = get(value, name)
        inner = location.within(f"{lead}{shown}", called, published=name in kept)
        if name in VALUE_KEYS and get(value, "type") == "SecureString" and _is_literal(item):
            yield inner.path, "the value of a secure parameter", str(item)
        elif not (name in kept and isinstance(item, str)):
            yield _Inner(item, inner)
    if "kty" in value and isinstance(get(value, "d"), str):
        yield f"{lead}d", "a private key", str(get(value, "d"))
    if location.path:
        yield from _sealed(value, value, lead)


def _called(name: str, pair: str, block: str) -> str:
    """Who speaks for a value: its key, the name beside it, or the block around both (``apiKey: {key, value}``)."""
    if name not in VALUE_KEYS:
        return name
    return next((said for said in (pair, block) if secret_names.sensitive_name(said)), pair or name)


def _references(value: Mapping[str, object]) -> frozenset[str]:
    """The keys of an object whose values name a secret of another place, or are public by the object's own word."""
    if get(value, "type") in ("PARAMETER_STORE", "SECRETS_MANAGER"):  # an environment variable of CodeBuild
        return frozenset(VALUE_KEYS)
    if any(name in value for name in ("remoteRef", "sourceRef")):  # an entry of an ExternalSecret
        return frozenset({"secretKey"})
    if get(value, "kind") == "SealedSecret":
        return frozenset({"spec"})
    if "kty" in value and "d" not in value:  # a public key in JSON
        return frozenset({"n", "x", "y", "kid", "x5c", "x5t", "x5t#S256"})
    return frozenset(name for name in value if name.startswith(_COUNT) and _COUNTED.fullmatch(str(get(value, name))))


def _sealed(value: Mapping[str, object], says: Mapping[str, object], lead: str = "") -> Iterator[Found]:
    """The literals of a Secret of Kubernetes, but for what only says where the secret belongs."""
    if get(says, "kind") != "Secret" or get(value, "type") == "kubernetes.io/service-account-token":
        return
    for section in ("data", "stringData"):
        given = get(value, section)
        for name in given if isinstance(given, Mapping) else ():
            item = get(given, name)
            last = (*secret_names.words(name), "")[-2 if name else -1]
            found = next(iter(_walk(item, _Location(path=f"{lead}{section}.{name}", key=name))), None)
            if found is None and _is_literal(item) and last not in _DESCRIBES:
                yield f"{lead}{section}.{name}", "a value of a Secret", str(item)


def _is_literal(value: object) -> bool:
    plain = isinstance(value, str) and not isinstance(value, SecretText)
    return plain and not secret_names.is_reference(str(value))


def _text(text: str, location: _Location) -> Iterator[Found | _Inner]:
    opened = _open(text) if location.depth < _DEPTH else None
    if location.published:
        if found := secret_formats.known(text):
            yield location.path, found, text
    elif secret_names.named(location.key, text):
        yield location.path, NAMED, text
    elif opened is not None:
        yield _Inner(opened, replace(location, depth=location.depth + 1))
    elif found := secret_formats.kind(text):
        yield location.path, found, text
    elif _looks_random(text, location):
        yield location.path, "a random string", text


def _looks_random(text: str, location: _Location) -> bool:
    likely = secret_names.likely_name(location.key)
    # The path last: few texts look random, and reading each path word by word took a fifth of this file's time.
    return secret_formats.looks_random(text, digests=likely) and not secret_names.named_public(
        f"{location.path}.{location.key}"
    )


def _open(text: str) -> object:
    """What JSON, cloud-init's too, base64 or gzip in base64 holds; None where the text is what it seems."""
    stripped = text.strip().removeprefix(_CLOUD_CONFIG).lstrip()
    if stripped[:1] in ("{", "["):
        return parsed(stripped)
    if not _BASE64.fullmatch(stripped):
        return None
    try:
        data = base64.b64decode("".join(stripped.split()), validate=True)
        if data[:2] == b"\x1f\x8b":
            data = zlib.decompressobj(wbits=31).decompress(data, _OPENED)
        inner = data.decode()
    except (binascii.Error, ValueError, zlib.error):
        return None
    return inner if inner and all(c.isprintable() or c in "\r\n\t" for c in inner) else None
