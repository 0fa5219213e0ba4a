"""What a change of ``charts/`` changes in what Kubernetes gets, for a comment on a pull request."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lib.repository import PLATFORM
from models.versions.model import Version
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


def orphaned(before: Mapping[str, Version], after: Mapping[str, Version]) -> dict[str, str]:
    """Services whose line is gone, or names another tier or namespace: why nobody looks after what they are now."""
    found = {}
    for name, old in sorted(before.items()):
        new = after.get(name)
        if new is None:
            found[name] = "its line is gone"
        elif new.place != old.place:
            found[name] = f"{old.place} becomes {new.place}"
    return found


def _orphans(found: Mapping[str, str]) -> list[str]:
    if not found:
        return []
    count = f"{len(found)} service{'' if len(found) == 1 else 's'}"
    head = (
        f"#### Orphans: {count} of those that run here\n\n"
        "Argo CD deletes nothing of what a line does not name any more: it runs on, and nobody updates it. The same "
        "change of the platform's catalog needs a deletion budget. How a service is removed on purpose: "
        f"{PLATFORM}/blob/main/docs/how-to/remove-a-service.md."
    )
    return [head, "\n".join(f"- `{name}`: {why}" for name, why in found.items())]


def markdown(
    environment: str, before: Sequence[Rendered], after: Sequence[Rendered], orphans: Mapping[str, str] | None = None
) -> str:
    """The differences of an environment, ``orphans`` first; where they are too many for a comment, the headings of the
    rest.
    """
    entries = sorted(_entries(before, after))
    title = f"### {environment}: {len(entries)} objects differ" if entries else f"### {environment}: no object differs"
    shown: list[str] = []
    rest: list[str] = []
    first = _orphans(orphans or {})
    room = MOST - sum(map(len, first))
    for _, heading, text in entries:
        room -= len(text)
        (shown if room >= 0 else rest).append(text if room >= 0 else f"- {heading}")
    more = [f"Without their lines, for want of room, {len(rest)} more:", "\n".join(rest)] if rest else []
    return "\n\n".join([title, *first, *shown, *more]) + "\n"
