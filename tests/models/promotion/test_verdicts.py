"""A file of verdicts has one meaning, or every reason why it has none."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from lib.problems import FileError
from models.promotion.freight import Pipeline
from models.promotion.verdicts import CLOCKS, OLDEST, Verdict, load_verdicts, text, written
from tests.models.promotion.support.verdicts import NOW, document, verdicts, write

MINUTE = dt.timedelta(minutes=1)


def refusal(path: Path, pipeline: Pipeline, made: object) -> list[str]:
    """The problems of a document, without the folder."""
    file = write(path / "v.json", made)
    with pytest.raises(FileError) as error:
        load_verdicts(file, "dev", pipeline.services, NOW)
    return [str(problem).replace(f"{path}/", "") for problem in error.value.problems]


MISTAKES: dict[str, tuple[tuple[Any, ...], Any, str, str]] = {
    "another environment": (("environment",), "staging", "v.json:2: environment: 'staging': is not dev", "make verd"),
    "no environment at all": (("environment",), "devv", "environment: 'devv': is none of dev, staging", "mean dev?"),
    "too old": (
        ("time",),
        text(NOW - OLDEST - MINUTE),
        "is 61 minutes ago; a verdict counts for 60",
        "ENVIRONMENT=dev",
    ),
    "from the future": (("time",), text(NOW + CLOCKS + MINUTE), "is later than now", "make verdicts"),
    "a time without a zone": (("time",), "2026-11-29T12:00:00", "is no time in UTC", "in quotes"),
    "a time that is no time": (("time",), "2026-13-29T12:00:00Z", "is no time in UTC", "in quotes"),
    "a number as time": (("time",), 1796000000, "time: 1796000000: is no time in UTC", "in quotes"),
    "unknown service": (("verdicts", 0, "service"), "gatewy", "0.service: 'gatewy': there is no such", "mean gateway?"),
    "service twice": (("verdicts", 0, "service"), "orders", "1.service: 'orders': has a second verdict", "keep"),
    "unknown SLO": (
        ("verdicts", 1, "slos", 0, "name"),
        "avail",
        "0.name: 'avail': is no SLO of orders",
        "availability?",
    ),
    "SLO twice": (("verdicts", 1, "slos", 0, "name"), "latency", "slos.1.name: 'latency': is there twice", "keep"),
    "negative rate": (("verdicts", 1, "slos", 0, "burnRate"), -0.5, "slos.0.burnRate: -0.5", "from 0.0"),
    "rate as text": (("verdicts", 1, "slos", 0, "burnRate"), "0.1", "slos.0.burnRate: '0.1'", "from 0.0"),
    "a word of another tool": (("verdicts", 1, "sync"), "synced", "sync: 'synced': is none of Synced", "Synced?"),
    "unknown key": (("verdicts", 1, "helth"), "Healthy", "verdicts.1.helth: is no key here", "mean health?"),
    "a tag for a digest": (("verdicts", 1, "image"), "latest", "1.image: 'latest'", "64 hexadecimal"),
    "chart without a patch": (("verdicts", 1, "chart"), "1.0", "1.chart: '1.0'", "as 1.4.0"),
    "since tomorrow": (("verdicts", 1, "since"), text(NOW + dt.timedelta(days=1)), "since: '2026-11-30T", "correct it"),
    "no list": (("verdicts",), {"a": 1}, "verdicts: {'a': 1}: is not a list", "[]"),
    "null": (("verdicts", 1, "health"), None, "1.health: 'null': has no value", "leave the key out"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_one_mistake_is_one_message(pipeline: Pipeline, tmp_path: Path, case: str) -> None:
    """File, line, key, value, fix."""
    path, value, why, fix = MISTAKES[case]
    made = document(pipeline, "dev")
    at: Any = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    (line,) = refusal(tmp_path, pipeline, made)
    assert why in line
    assert fix in line
    assert line.startswith("v.json:")


def test_all_mistakes_are_said_at_once(pipeline: Pipeline, tmp_path: Path) -> None:
    """In the order of their lines."""
    made = document(pipeline, "dev")
    made["time"] = text(NOW - OLDEST - MINUTE)
    made["verdicts"][0]["service"] = "nobody"
    made["verdicts"][1]["health"] = "Well"
    made["verdicts"][2]["image"] = 7
    lines = refusal(tmp_path, pipeline, made)
    assert len(lines) == 4
    assert lines == sorted(lines, key=lambda line: int(line.split(":")[1]))


@pytest.mark.parametrize("made", ["", "[]", "7", "{", "{}", '{"environment": "dev"}', "a: &x 1\nb: *x"])
def test_what_is_no_document_is_refused(pipeline: Pipeline, tmp_path: Path, made: str) -> None:
    """Without a traceback."""
    assert all(line.startswith("v.json") for line in refusal(tmp_path, pipeline, made))


def test_what_is_written_is_read_again(pipeline: Pipeline, tmp_path: Path) -> None:
    """One line each."""
    known = verdicts(tmp_path, pipeline, "dev")
    made = written("dev", NOW, [verdict for _, verdict in known.entries.values()])
    again = load_verdicts(write(tmp_path / "again.json", made), "dev", pipeline.services, NOW)
    assert again.entries == known.entries
    assert len(made.splitlines()) == 1 + len(known.entries)
    assert json.loads(made)["environment"] == "dev"
    empty = load_verdicts(write(tmp_path / "empty.json", written("dev", NOW, [])), "dev", pipeline.services, NOW)
    assert empty.entries == {}


def test_no_time_of_another_kind_is_a_time() -> None:
    """Epochs, for example."""
    with pytest.raises(ValueError, match="since"):
        Verdict.model_validate({"since": 7})
