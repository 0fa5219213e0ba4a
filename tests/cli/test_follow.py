"""The event log is read while the engine writes it, and begins it anew."""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import run


def follow(log: Path, contents: Sequence[bytes | None]) -> list[int]:
    """The events passed on while the log has these contents one after the other; None is a missing log."""
    turns = iter(contents)
    left = len(contents)

    def running() -> bool:
        nonlocal left
        content = next(turns)
        if content is None:
            log.unlink(missing_ok=True)
        else:
            log.write_bytes(content)
        left -= 1
        return left > 0

    seen: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda _: None)
        run._follow(log, running, lambda event: seen.append(event["n"]))  # type: ignore[arg-type]
    return seen


@given(st.data())
@settings(deadline=None)
def test_each_event_once_whatever_the_timing(data: st.DataObject) -> None:
    """The log is looked at after any number of bytes; a new log may be shorter or longer than what was read."""
    contents: list[bytes | None] = [None] if data.draw(st.booleans()) else []
    expected: list[int] = []
    for _ in range(data.draw(st.integers(1, 3))):
        texts = data.draw(st.lists(st.text(max_size=12), max_size=6))
        begin = len(expected)
        events = [{"n": begin + index, "text": text} for index, text in enumerate(texts)]
        expected += [begin + index for index in range(len(events))]
        whole = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()
        cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=4))
        contents += [whole[:cut] for cut in sorted(cuts)] + [whole]
    with tempfile.TemporaryDirectory() as folder:
        assert follow(Path(folder) / "events.jsonl", contents) == expected


def test_new_log_of_the_same_length(tmp_path: Path) -> None:
    """A log whose lines end where the old one's did is still another log."""
    assert follow(tmp_path / "log", [b'{"n": 1}\n{"n": 2}\n', b'{"n": 3}\n{"n": 4}\n']) == [1, 2, 3, 4]


def test_garbage_is_waited_out(tmp_path: Path) -> None:
    """A line that is torn between two logs does not end the command."""
    assert follow(tmp_path / "log", [b'{"n": 1}\n', b'{"n": 1}\n{"n"\xff\n', b'{"n": 2}\n']) == [1, 2]


def test_no_log_at_all(tmp_path: Path) -> None:
    """An engine that fails before it begins writes none."""
    assert follow(tmp_path / "log", [None]) == []
