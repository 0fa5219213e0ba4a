"""Plain manifests as the resources that rules judge: rendered charts, a vendor's YAML, what ``kubectl get`` prints."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi_policy import PolicyResource, PolicyResourceOptions
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import unknown_checking_proxy

from lib.problems import FileError, Problem
from policy.facts.kubernetes import PREFIX

PROJECT: Final = "manifests"
DEEPEST: Final = 100
LARGEST: Final = 16 * 2**20
"""Bytes of one file: Argo CD's own manifests have two million."""
SUFFIXES: Final = (".yaml", ".yml", ".json")


class _Loader(yaml.CSafeLoader):
    """Kubernetes reads YAML by way of JSON, which knows no dates."""


_LOADED: Final[Any] = yaml.CSafeLoader
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith(":timestamp")]
    for first, pairs in _LOADED.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Manifest:
    """An object, and where it stands: the file, the number of its document in it, the line of that document."""

    resource: PolicyResource
    file: str
    document: int
    line: int

    @property
    def place(self) -> str:
        """As a reader finds it."""
        return f"{self.file}:{self.line} (document {self.document})"


def files(path: Path) -> list[Path]:
    """The file, or every manifest below a folder, in order. FileError where there is none."""
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
        if not found:
            raise FileError([Problem(file=str(path), why="holds no manifest", fix="name a folder with .yaml files")])
        return found
    return [path]


def load(paths: Iterable[Path], stack: str) -> list[Manifest]:
    """The objects of all files as resources of ``stack``. FileError, with all problems, where one cannot be read."""
    made: list[Manifest] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            made += _of_file(path, stack)
        except FileError as error:
            problems += error.problems
    if problems:
        raise FileError(problems)
    return made


def _of_file(path: Path, stack: str) -> Iterator[Manifest]:
    text = _text(path)
    lines = _starts(path, text)
    try:
        documents = list(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise _broken(path, line, "has a value that is not Kubernetes' YAML", "check tags and keys") from None
    for number, document in enumerate(documents, 1):
        line = lines[number - 1] if number <= len(lines) else 1
        for body in _objects(document):
            yield Manifest(_resource(path, line, body, stack), str(path), number, line)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise _broken(path, 0, f"cannot be read: {error.strerror}", "name a file or folder that exists") from None
    if len(content) > LARGEST:
        raise _broken(path, 0, f"is larger than {LARGEST // 2**20} MiB", "split it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _broken(path, line, "is not UTF-8 from here on", "save the file in UTF-8") from None


def _starts(path: Path, text: str) -> list[int]:
    """The line where each document begins. FileError for what is no YAML, or is deeper than anybody writes."""
    starts: list[int] = []
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADED):
            line = int(event.start_mark.line) + 1  # type: ignore[union-attr]
            if isinstance(event, yaml.DocumentStartEvent):
                starts.append(line + bool(event.explicit))
            elif isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise _broken(path, line, f"is nested deeper than {DEEPEST} levels", "write it flat")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.AliasEvent):
                raise _broken(path, line, "has an alias (*)", "write the value out, as a rendered chart does")
    except FileError:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = f"is not YAML from here on: {error.problem}"
        raise _broken(path, line, why, "check indentation, colons and quotes") from None
    except (yaml.YAMLError, ValueError):
        raise _broken(path, 1, "is not YAML", "check indentation, colons and quotes") from None
    return starts


def _broken(path: Path, line: int, why: str, fix: str) -> FileError:
    return FileError([Problem(file=str(path), line=line, why=why, fix=fix)])


def _objects(document: Any) -> Iterator[Mapping[str, Any]]:
    """The object of a document, or those of a ``List``; an empty document holds none."""
    if document is None:
        return
    if isinstance(document, Mapping) and document.get("kind") == "List" and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _objects(item)
    else:
        yield document


def _resource(path: Path, line: int, body: Any, stack: str) -> PolicyResource:
    api, kind = (body.get("apiVersion"), body.get("kind")) if isinstance(body, Mapping) else (None, None)
    if not (isinstance(api, str) and isinstance(kind, str) and api and kind):
        raise _broken(path, line, "is no Kubernetes object: apiVersion and kind must be given", "see this document")
    metadata = body.get("metadata")
    stated = metadata if isinstance(metadata, Mapping) else {}
    name = "/".join(str(stated[key]) for key in ("namespace", "name") if stated.get(key)) or kind.lower()
    token = f"{PREFIX}{api if '/' in api else f'core/{api}'}:{kind}"
    urn = f"urn:pulumi:{stack}::{PROJECT}::{token}::{name}"
    timeouts = PolicyCustomTimeouts(create_seconds=0, update_seconds=0, delete_seconds=0)
    opts = PolicyResourceOptions(
        protect=False,
        ignore_changes=[],
        delete_before_replace=None,
        aliases=[],
        custom_timeouts=timeouts,
        additional_secret_outputs=[],
    )
    return PolicyResource(token, unknown_checking_proxy(dict(body)), urn, name, opts, None, None, [], {})
