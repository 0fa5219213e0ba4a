"""What each stage has ever run, by the history of its file: what ``git log`` prints, read without git."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import yaml
from pydantic import ValidationError

from lib.problems import Problem
from models.promotion.freight import Freight, Key, Pipeline
from models.versions.model import Version

LOG: Final = ("log", "--format=commit %H", "--first-parent", "--diff-merges=first-parent", "--unified=0", "--no-color")
"""Arguments of git: the commits of the branch itself, newest first, and by each of them what a merge brought."""
_ADDED: Final = re.compile(r"\+(- ?\{.*)")
_COMMIT: Final = re.compile(r"commit ([0-9a-f]{40,64})")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line that ``commit`` wrote."""

    commit: str
    freight: Freight


def entries(log: str) -> Iterator[Entry]:
    """The lines that were written, newest first. What is no line of a service, or was none by today's form, is left."""
    commit = ""
    for line in log.splitlines():
        if start := _COMMIT.fullmatch(line):
            commit = start[1]
        elif found := _ADDED.fullmatch(line):
            version = _version(found[1])
            if version is not None:
                yield Entry(commit=commit, freight=Freight.of(version, commit[:12]))


def _version(text: str) -> Version | None:
    try:
        (raw,) = yaml.safe_load(text)
        return Version.model_validate(raw)
    except (yaml.YAMLError, ValidationError, ValueError, TypeError):
        return None


def previous(history: Sequence[Entry], current: Freight) -> Entry | None:
    """What the stage ran before ``current``: of the lines older than it the newest that differs; None if there is none.

    Where ``current`` is not in the history, because it is not committed, that is the newest line.
    """
    own = [entry for entry in history if entry.freight.service == current.service]
    index = next((number for number, entry in enumerate(own) if entry.freight.key == current.key), 0)
    return next((entry for entry in own[index:] if entry.freight.as_now(current).key != current.key), None)


def untried(pipeline: Pipeline, histories: Mapping[str, Sequence[Entry]]) -> Iterator[Problem]:
    """What a stage runs that neither the stage before it nor the stage itself ever ran.

    ``histories`` end before the change that is judged: one change cannot bring freight into two stages at once.
    """
    ran = {name: {entry.freight.key for entry in history} for name, history in histories.items()}
    for stage in pipeline.stages:
        source = pipeline.before(stage.name)
        if source is None or not ran[stage.name]:
            continue  # the first stage tries what is new; a file without history is a repository's first
        for service in stage.versions:
            freight = stage.freight(service)
            if not _tried(freight, ran[source.name] | ran[stage.name]):
                place, _, line = freight.origin.rpartition(":")
                yield Problem(
                    file=place or freight.origin,
                    line=int(line) if place else 0,
                    key=service,
                    value=_new(freight, ran[source.name]),
                    why=f"was never in {source.name}, by the history of its file",
                    fix=f"bring it to {source.name} first, then make promote TO={stage.name}",
                )


def _tried(freight: Freight, ran: AbstractSet[Key]) -> bool:
    """Whether all of it ran together, and where the service begins or ceases to migrate, each part by itself.

    That changes every stage at once, because the catalog says it of all of them.
    """
    own = {key for key in ran if key[0] == freight.service}
    beside = {key[3] for key in own if key[:3] == freight.key[:3]}
    known = {key[3] for key in own} - {""}
    if freight.migrations is None or freight.migrations in beside:
        return bool(beside)
    return "" in beside and (freight.migrations in known or not known)


def _new(freight: Freight, ran: AbstractSet[Key]) -> str:
    """What of it the stage before never had."""
    parts = freight.key
    for length, value in ((2, freight.chart), (3, freight.image)):
        if not any(key[:length] == parts[:length] for key in ran):
            return value
    return freight.migrations or freight.image
