"""What a change of ``charts/`` changes in what Kubernetes gets, for a comment on a pull request."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reports.charts.render import Rendered

MOST: Final = 50_000
"""Characters: GitHub takes 65,536 in a comment."""
Key = tuple[str, str, str]


def _by_key(objects: Sequence[Rendered]) -> Mapping[Key, Rendered]:
    return {(one.service, one.kind, str(one.body["metadata"]["name"])): one for one in objects}


def _lines(before: Rendered | None, after: Rendered | None) -> list[str]:
    old, new = (one.text.splitlines() if one else [] for one in (before, after))
    return list(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]


def _entries(before: Sequence[Rendered], after: Sequence[Rendered]) -> Iterator[tuple[int, str, str]]:
    """What goes first, then what comes, then what changes: with a heading and the lines of each."""
    old, new = _by_key(before), _by_key(after)
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was and now and was.body == now.body:
            continue
        order, verb = (0, "removed") if now is None else (1, "new") if was is None else (2, "changed")
        service, kind, name = key
        lines = "\n".join(line.replace("```", "` ` `") for line in _lines(was, now))
        heading = f"{verb}: {kind} {name} of {service}"
        yield order, heading, f"<details><summary>{heading}</summary>\n\n```diff\n{lines}\n```\n\n</details>"


def markdown(environment: str, before: Sequence[Rendered], after: Sequence[Rendered]) -> str:
    """The differences of an environment; where they are too many for a comment, the headings of the rest."""
    entries = sorted(_entries(before, after))
    title = f"### {environment}: {len(entries)} objects differ" if entries else f"### {environment}: no object differs"
    shown: list[str] = []
    rest: list[str] = []
    room = MOST
    for _, heading, text in entries:
        room -= len(text)
        (shown if room >= 0 else rest).append(text if room >= 0 else f"- {heading}")
    more = [f"Without their lines, for want of room, {len(rest)} more:", "\n".join(rest)] if rest else []
    return "\n\n".join([title, *shown, *more]) + "\n"
