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
from functools import cache

import pulumi

from policy.core.snapshot import SecretText
from policy.facts import detectors
from policy.facts.props import UNKNOWN, Resource, get

Found = tuple[str, str, str]
"""Path, kind and text of a secret."""

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*")
_CLOUD_CONFIG = "#cloud-config\n"
"""The first line of user data that is YAML, and therefore may be JSON."""
_DEPTH = 4
"""How many wrappings are opened: gzip in base64 in JSON in base64 is more than any service takes."""
_OPENED = 2**18
"""How many bytes of a gzip are read: user data is 16 KiB at most, and a bomb must not stop the pack."""


def findings(props: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Path and kind of each secret in plain text."""
    for path, kind, _ in _walk(props):
        yield path, kind


def redactor(resources: Iterable[Resource]) -> Callable[[str], str]:
    """A function that cuts what is, or looks like, a secret of ``resources`` out of a message.

    Rules quote values that they refuse. Nothing is read before the first message: most resources cause none.
    """

    @cache
    def secrets() -> tuple[str, ...]:
        found: set[str] = set()
        for resource in resources:
            found.update(_held(resource.props), (text for *_, text in _walk(resource.props)))
        spellings = {spelling for text in found for spelling in (text, repr(text)[1:-1], json.dumps(text)[1:-1])}
        return tuple(sorted((s for s in spellings if len(s) >= 4), key=len, reverse=True))

    def redact(message: str) -> str:
        for secret in secrets():
            message = message.replace(secret, "[secret]")
        return message

    return redact


def _held(value: object) -> Iterator[str]:
    """Each string that the engine holds as a secret."""
    if isinstance(value, SecretText):
        yield str(value)
    elif isinstance(value, Mapping):
        for key in value:
            yield from _held(get(value, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index in range(len(value)):
            yield from _held(get(value, index))


def _walk(value: object, path: str = "", key: str = "", depth: int = 0) -> Iterator[Found]:
    """Each secret within ``value``, the property ``key`` at ``path``."""
    if isinstance(value, SecretText) or value is UNKNOWN:
        return
    if isinstance(value, str):
        yield from _text(value, path, key, depth)
    elif isinstance(value, Mapping):
        yield from _mapping(value, path, depth)
    elif isinstance(value, Sequence):
        for index in range(len(value)):
            yield from _walk(get(value, index), f"{path}[{index}]", key, depth)
    elif isinstance(value, pulumi.StringAsset):
        yield from _text(value.text, path, key, depth)
    elif isinstance(value, pulumi.AssetArchive):
        yield from _mapping(value.assets, path, depth)


def _mapping(value: Mapping[str, object], path: str, depth: int) -> Iterator[Found]:
    lead = f"{path}." if path else ""
    # Lists of name and value, as containers and parameter groups have them, name the value in the other key.
    pair = next((found for name in ("name", "Name") if isinstance(found := get(value, name), str)), "")
    for name in value:
        shown = name
        if kind := detectors.kind(name):
            shown = "<key>"
            yield f"{lead}{shown}", f"{kind} as a key", name
        called = pair if pair and name in ("value", "Value") else name
        yield from _walk(get(value, name), f"{lead}{shown}", called, depth)


def _text(text: str, path: str, key: str, depth: int) -> Iterator[Found]:
    opened = _open(text) if depth < _DEPTH else None
    if detectors.named(key, text):
        yield path, "the value of what is named as a secret", text
    elif opened is not None:
        yield from _walk(opened, path, key, depth + 1)
    elif kind := detectors.kind(text):
        yield path, kind, text
    elif not detectors.named_public(key) and detectors.random(text):
        yield path, "a random string", text


def _open(text: str) -> object:
    """What JSON, cloud-init's too, base64 or gzip in base64 holds; None where the text is what it seems."""
    stripped = text.strip().removeprefix(_CLOUD_CONFIG).lstrip()
    if stripped[:1] in ("{", "["):
        try:
            return json.loads(stripped)
        except (ValueError, RecursionError):
            return None
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
