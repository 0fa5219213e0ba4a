"""REV-01: what is wrong with the file of waivers is a finding that names line, key, value and fix; nothing crashes."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime import proto

from models.roadmap.waiver import WAIVERS, WaiverFile, load_waivers
from tests.policy.support.cases import Pack, of
from tests.policy.support.waiving import BUCKET, LEDGER, OPEN, PERMITTED, RULES, TODAY, read, run
from tests.support.resources import Res, clean

Load = Callable[..., WaiverFile]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Read entries, or text, as the file of waivers."""
    return partial(read, tmp_path)


@pytest.mark.parametrize(
    ("changes", "key", "why"),
    [
        ({"policy": "sec-07-opne"}, "policy", "no such rule"),
        ({"policy": "*"}, "policy", "no such rule"),
        ({"policy": "rev-01-waivers"}, "policy", "no such rule"),
        ({"stack": "prod"}, "stack", "there is no such stack; fix: write one of dev, production, sandbox, staging"),
        ({"stack": "*"}, "stack", "no such stack"),
        ({"resource": "*::*"}, "resource", "over-broad"),
        ({"resource": "aws:s3/*::log?"}, "resource", "over-broad"),
        ({"resource": "aws:*::[a-z]*"}, "resource", "over-broad"),
        ({"created": dt.date(2026, 3, 2)}, "created", "lies in the future, today is 2026-03-01"),
        ({"expires": dt.date(2026, 2, 28)}, "expires", "expired, today is 2026-03-01; fix: fix the violation"),
        ({"expires": dt.date(2026, 5, 3)}, "expires", "91 days after created 2026-02-01, at most 90"),
        ({"expires": dt.date(2026, 2, 1)}, "expires", "is not after created"),
        ({"approver": "ada"}, "approver", "is the owner too"),
        (
            {"approver": "ada@nationgraph.example"},
            "approver",
            "is no member of catalog/access.yaml; fix: did you mean ada?",
        ),
        ({"approver": "Ada"}, "approver", "is no member"),
        ({"approver": "ada "}, "approver", "is no member"),
        ({"approver": "gr\u0430ce"}, "approver", "is no member"),  # a Cyrillic letter that looks like a Latin one
        ({"approver": "gra\u200bce"}, "approver", "holds the character U+200B"),
        ({"approver": "sam"}, "approver", "is no member"),  # not employed
        ({"owner": "nobody"}, "owner", "is no member"),
        ({"reason": " "}, "reason", "not text"),
        ({"owner": None}, "owner", "has no value"),
        ({"owner": ["Ada"]}, "owner", "not text"),
        ({"created": "yesterday"}, "created", "is not a day"),
        ({"expires": dt.datetime(2026, 3, 31, tzinfo=dt.UTC)}, "expires", "is read by YAML as 2026-03-31 00:00:00"),
        ({"resource": "logs"}, "resource", "not type::name"),
        ({"resource": "::logs"}, "resource", "not type::name"),
        ({"link": 7}, "link", "not text"),
        ({"approved": "yes"}, "approved", "is no key of a waiver"),
    ],
)
def test_what_is_wrong_is_a_finding_and_waives_nothing(
    load: Load, tmp_path: Path, changes: dict[str, Any], key: str, why: str
) -> None:
    """One mandatory finding with file, line, key, value and fix; the violation is reported as if nothing was said."""
    pack = Pack(
        RULES, waivers=load(PERMITTED, {**PERMITTED, "resource": f"{BUCKET}::x"} | changes), today=TODAY, ledger=LEDGER
    )
    found = pack.run([OPEN, Res(BUCKET, "x", {"open": True})])
    (finding,) = of("rev-01-waivers", found)
    assert finding.enforcementLevel == proto.MANDATORY
    line = 9 + [*PERMITTED, *changes].index(key) if key in PERMITTED else 9 + len(PERMITTED)
    text = clean(finding.message).partition("\n")[2]
    assert text.startswith(f"{tmp_path}/waivers.yaml:{line}: {key}: ")
    assert why in text
    assert [d.urn.rpartition("::")[2] for d in of("sec-07-open", found)] == ["x"]


@pytest.mark.parametrize("key", PERMITTED)
def test_every_key_is_required(load: Load, tmp_path: Path, key: str) -> None:
    """A missing key is named, at the line where the entry starts."""
    (finding,) = load({name: value for name, value in PERMITTED.items() if name != key}).problems
    assert str(finding) == f"{tmp_path}/waivers.yaml:1: {key}: is missing; fix: add it"


def test_all_findings_at_once(load: Load) -> None:
    """A person repairs the file in one go."""
    found = load({**PERMITTED, "owner": "", "created": 1, "x": 2}).problems
    assert sorted(problem.key for problem in found) == ["created", "owner", "x"]


def test_a_duplicate_is_a_finding_and_the_first_applies(load: Load) -> None:
    """Two entries for one thing hide which of them is meant."""
    messages = run(load(PERMITTED, {**PERMITTED, "reason": "Again."}), [OPEN])
    (finding,) = messages["rev-01-waivers"]
    assert "repeats the waiver of line 1; fix: remove one" in finding
    assert len(messages["rev-01-waived"]) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- policy: [", "is not YAML from here on"),
        ("[]\n---\n[]\n", "a second document begins"),
        ("policy: sec-07-open\n", "not a list"),
        ("", "not a list"),
        ("- sec-07-open\n", "not a mapping"),
        ("- policy: a\n  policy: b\n", "the key is given twice"),
        ("- created: 2026-13-45\n", "is no day of the calendar"),
        ("- ? [a]\n  : b\n", "has a list or a mapping as a key"),
        ("- &a [*a]\n", "has an anchor"),
        ("- !!python/object:os.system x\n", "has a tag"),
        ("[" * 5000, "is nested deeper than 20 levels"),
        ("[" * 100_000 + "]" * 100_000, "is nested deeper than 20 levels"),
    ],
)
def test_a_malformed_file_is_a_finding_and_not_a_crash(load: Load, text: str, why: str) -> None:
    """The pack goes on without waivers, and says what is wrong where."""
    messages = run(load(text), [OPEN])
    assert any(why in finding for finding in messages["rev-01-waivers"])
    assert len(messages["sec-07-open"]) == 1
    assert "rev-01-waived" not in messages


def test_a_file_that_is_not_there_or_not_text_is_a_finding(tmp_path: Path) -> None:
    """Deleting the file does not turn the findings off."""
    assert "does not exist" in str(load_waivers(tmp_path / "none.yaml").problems[0])
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    assert load_waivers(tmp_path / "binary.yaml").problems


def test_the_example_in_the_header_is_right() -> None:
    """Whoever copies it gets a well-formed entry."""
    header = WAIVERS.read_text(encoding="utf-8")
    example = header[header.index("# - policy:") : header.index("\n[")]
    (entry,) = yaml.safe_load("\n".join(line.removeprefix("# ") for line in example.splitlines()))
    assert (entry["expires"] - entry["created"]).days <= 90
    assert {*entry} == {*PERMITTED, "link"}


def test_the_repository_s_own_file_is_clean() -> None:
    """Whatever is waived today is at least well-formed."""
    assert load_waivers().problems == ()
