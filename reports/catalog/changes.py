"""What the files that people edit say newly, in words: a typed comparison of the models of two trees."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reports.catalog import words
from reports.catalog.comparison import differences
from reports.catalog.trees import READERS, Entries, tree
from reports.markdown import Code, Sentence


@dataclass(frozen=True, kw_only=True)
class Said:
    """One change: ``kind`` and ``name`` of the entry, and the sentence that tells it."""

    kind: str
    name: str
    sentence: Sentence


def changes(before: Path, after: Path, today: dt.date) -> list[Said]:
    """What the tree ``after`` says otherwise than ``before``; what cannot be read in one of them is said."""
    trees = tree(before, today), tree(after, today)
    made: list[Said] = []
    for kind in (kind for kinds in READERS for kind in kinds):
        problem = next((one.unread[kind] for one in trees if kind in one.unread), None)
        if problem is None:
            made += _of_kind(kind, trees[0].entries[kind], trees[1].entries[kind])
        else:
            why = (f"changes of each {kind} are not known: ", Code(f"{problem.file}: {problem.why}"))
            made.append(Said(kind=kind, name="", sentence=why))
    return made


def _of_kind(kind: str, before: Entries, after: Entries) -> Iterator[Said]:
    for name in dict.fromkeys((*before, *after)):
        for sentence in _sentences(kind, name, before, after):
            yield Said(kind=kind, name=name, sentence=sentence)


def _sentences(kind: str, name: str, before: Entries, after: Mapping[str, Mapping[str, object]]) -> Iterator[Sentence]:
    if name not in before:
        yield words.entry_added(kind, name, after[name])
    elif name not in after:
        yield words.entry_removed(kind, name, before[name])
    else:
        yield from (words.differing(kind, name, one) for one in differences(before[name], after[name]))
