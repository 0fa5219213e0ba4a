"""What each stage has ever run, by the history of its file: what ``git log`` prints, read without git."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import yaml
from pydantic import ValidationError

from lib.problems import Problem
from models.promotion.freight import Freight, Pipeline
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
    return next((entry for entry in own[index:] if entry.freight.key != current.key), None)


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
            if freight.key not in ran[source.name] | ran[stage.name]:
                place, _, line = freight.origin.rpartition(":")
                yield Problem(
                    file=place or freight.origin,
                    line=int(line) if place else 0,
                    key=service,
                    value=freight.image if _chart_ran(freight, ran[source.name]) else freight.chart,
                    why=f"was never in {source.name}, by the history of its file",
                    fix=f"bring it to {source.name} first, then make promote TO={stage.name}",
                )


def _chart_ran(freight: Freight, ran: set[tuple[str, str, str]]) -> bool:
    return any((service, chart) == (freight.service, freight.chart) for service, chart, _ in ran)
