"""SEC-02: what counts as too old and as stuck, and how it is told."""

import datetime as dt
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from lib.vocabulary import OWNER, ROTATION, ROTATION_BY_HAND
from models.manual_rotation import ManualRotation
from reports import rotation_output as output
from reports.rotation import Row, Secret, Version, age_days, audit

NOW = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
TAGS = {OWNER: "platform"}


def secret(age: dt.timedelta = 10 * DAY, **changes: Any) -> Secret:
    """A healthy secret that rotates every 30 days, with a value of this age."""
    good: dict[str, Any] = {
        "name": "nationgraph/orders/database",
        "region": "eu-central-1",
        "created": NOW - 400 * DAY,
        "rotated": NOW - age,
        "next": NOW + 20 * DAY,
        "enabled": True,
        "days": 30,
        "tags": TAGS,
        "versions": (Version(id="v2", created=NOW - age, stages=("AWSCURRENT", "AWSPENDING")),),
    }
    return Secret(**{**good, **changes})


def entry(age: int = 10, **changes: Any) -> ManualRotation:
    """A registered exception that was changed so many days ago."""
    good = {
        "name": "stripe", "secret": None, "owner": "payments", "changed": (NOW - age * DAY).date(),
        "runbook": "docs/runbooks/secret-without-api.md", "why": "no API for it", "environments": ("production",),
    }  # fmt: skip
    return ManualRotation(**{**good, **changes})


def one(subject: Secret, *by_hand: ManualRotation) -> Row:
    """The row of the only secret."""
    (row,) = audit([subject], by_hand, NOW)
    return row


def test_a_healthy_secret_has_no_finding() -> None:
    """Young, rotated, due in the future: a row and nothing to say."""
    row = one(secret())
    assert (row.age_days, row.owner, row.rotation, row.faults, row.notes) == (10, "platform", "scheduled", (), ())
    assert not output.failed([row])


PENDING = Version(id="v3", created=NOW - 25 * HOUR, stages=("AWSPENDING",))
OLD = Version(id="v1", created=NOW - 90 * DAY, stages=("AWSPREVIOUS",))


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        (secret(90 * DAY + HOUR), "90 days old, at most 90"),
        (secret(91 * DAY), "91 days old, at most 90"),
        (secret(versions=(*secret().versions, PENDING)), "AWSPENDING for 25 h on version v3"),
        (secret(versions=()), "no version is AWSCURRENT"),
        (secret(versions=(OLD,)), "no version is AWSCURRENT"),
        (secret(next=NOW - 25 * HOUR), "due by 2026-11-24"),
        (secret(rotated=None, next=None), "never ran"),
        (secret(enabled=False), "no rotation and no registered exception"),
        (secret(days=120), "schedule allows 121 days"),
        (secret(days=None, schedule="cron(0 4 1 1 ? *)"), "schedule allows 36"),
        (secret(days=None, schedule="cron(nonsense)"), "schedule cannot be read"),
        (secret(75 * DAY, enabled=False, tags={**TAGS, ROTATION: ROTATION_BY_HAND}), "by hand and due from 75"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_stuck_or_too_old_is_a_fault(subject: Secret, says: str) -> None:
    """Each is one fault that says what it is, and makes the audit fail."""
    row = one(subject)
    (fault,) = row.faults
    assert says in fault
    assert output.failed([row])


@pytest.mark.parametrize(
    ("subject", "notes"),
    [
        (secret(90 * DAY), ()),
        (secret(versions=(*secret().versions, Version(id="v3", created=NOW - 24 * HOUR, stages=("AWSPENDING",)))), ()),
        (secret(versions=(*secret().versions, Version(id="v0", created=NOW - 900 * DAY))), ()),
        (secret(next=NOW - 24 * HOUR), ()),
        (secret(rotated=None), ("has not rotated yet",)),
        (secret(rotated=None, next=None, created=NOW - HOUR), ()),
        (secret(schedule="rate(30 days)", duration="3h"), ()),
        (secret(enabled=False, service="rds", days=None, tags={}), ()),
        (secret(enabled=False, primary="eu-west-1"), ()),
        (secret(74 * DAY, enabled=False, tags={**TAGS, ROTATION: ROTATION_BY_HAND}), ()),
        (secret(tags={}), (f"nobody owns it: no tag {OWNER}",)),
        (secret(900 * DAY, enabled=False, deleted=NOW, versions=()), ("pending deletion",)),
    ],
    ids=str,
)
def test_what_is_not_a_fault(subject: Secret, notes: tuple[str, ...]) -> None:
    """The limits themselves, rotations that are under way, and what is somebody else's to rotate."""
    row = one(subject)
    assert row.faults == ()
    assert [note.startswith(start) for note, start in zip(row.notes, notes, strict=True)] == [True] * len(notes)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "scheduled"),
        ({"enabled": False}, "none"),
        ({"enabled": False, "tags": {ROTATION: ROTATION_BY_HAND}}, "by hand"),
        ({"enabled": False, "service": "rds"}, "by rds"),
        ({"enabled": True, "service": "rds"}, "by rds"),
        ({"primary": "eu-west-1"}, "replica of eu-west-1"),
        ({"primary": "eu-central-1"}, "scheduled"),
    ],
)
def test_who_rotates_it(changes: dict[str, Any], kind: str) -> None:
    """A function, a service of AWS, the region that is copied, a person, or nobody."""
    assert one(secret(**changes)).rotation == kind


def test_the_older_date_of_an_exception_counts() -> None:
    """Storing an old value anew makes it no younger, and neither does a registered day that is wrong."""
    held = secret(5 * DAY, enabled=False, tags={})
    row = one(held, entry(80, secret=held.name))
    assert (row.age_days, row.owner, row.rotation) == (80, "payments", "by hand")
    assert "docs/runbooks/secret-without-api.md" in row.faults[0]
    assert "the older counts" in row.notes[0]
    stored = secret(80 * DAY, enabled=False, tags={})
    assert one(stored, entry(5, secret=stored.name)).age_days == 80


def test_an_exception_outside_of_the_account_is_audited_too() -> None:
    """It has a row of its own; one that should be stored and is not says so."""
    outside, missing = entry(80, name="console"), entry(10, name="stripe", secret="nationgraph/pay/stripe")
    rows = audit([secret()], [outside, missing], NOW)
    assert [(row.name, len(row.faults)) for row in rows] == [
        ("console", 1), ("nationgraph/orders/database", 0), ("nationgraph/pay/stripe", 0),
    ]  # fmt: skip
    assert rows[2].notes == ("registered, and not in Secrets Manager",)


ZONES = st.sampled_from([dt.timezone(dt.timedelta(hours=hours)) for hours in (-12, -5, 0, 1, 5.5, 14)])
TIMES = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn


@given(TIMES, TIMES)
def test_ages_are_whole_days_whatever_the_zone(since: dt.datetime, now: dt.datetime) -> None:
    """Never negative, never rounded up, the same in every zone, one more after a day."""
    days = age_days(since, now)
    assert days == age_days(since.astimezone(dt.UTC), now.astimezone(dt.UTC)) >= 0
    if since <= now:
        assert days * DAY <= now - since < (days + 1) * DAY
        assert age_days(since, now + DAY) == days + 1


@given(st.timedeltas(dt.timedelta(0), 3000 * DAY), TIMES)
def test_ninety_days_are_the_limit_to_the_microsecond(age: dt.timedelta, now: dt.datetime) -> None:
    """Too old exactly where more than 90 times 24 hours have passed, and never again young."""
    subject = secret(created=now, rotated=now, next=now, versions=(
        Version(id="v", created=now.astimezone(dt.UTC) - age, stages=("AWSCURRENT",)),
    ))  # fmt: skip
    (row,) = audit([subject], [], now)
    assert bool(row.faults) == (age > 90 * DAY)
    (later,) = audit([subject], [], now + DAY)
    assert later.age_days == row.age_days + 1
    assert len(later.faults) >= len(row.faults)


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=8))
def test_the_outputs_agree(ages: list[tuple[int, bool]]) -> None:
    """Table, JSON and JUnit name every secret, and fail together."""
    subjects = [
        secret(age * DAY, name=f"s{index}", deleted=NOW if gone else None) for index, (age, gone) in enumerate(ages)
    ]
    rows = audit(subjects, [], NOW)
    document = json.loads(output.as_json(rows, NOW))
    cases = ET.fromstring(output.as_junit(rows, NOW)).findall("testsuite/testcase")  # noqa: S314 - our own
    broken = {row.name for row in rows if row.faults}
    assert [found["name"] for found in document["secrets"]] == [case.get("name") for case in cases]
    assert document["failed"] == bool(broken) == output.failed(rows)
    assert {case.get("name") for case in cases if case.find("failure") is not None} == broken
    assert {case.get("name") for case in cases if case.find("skipped") is not None} == {
        subject.name for subject in subjects if subject.deleted
    }
    assert [found["age_days"] for found in document["secrets"]] == sorted(
        (age for age, _ in ages), reverse=True
    ) or any(gone for _, gone in ages)


def test_names_are_text() -> None:
    """Neither markup of the terminal nor characters that XML cannot hold take effect."""
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    rows = [one(secret(tags={OWNER: "[red]\x1b<&>"}, name="a[link=x]"))]
    console.print(output.table(rows))
    assert "a[link=x]" in console.export_text()
    suite = ET.fromstring(output.as_junit(rows, NOW)).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    assert "[red]<&>" in (suite.findtext("testcase/system-out") or "")
    assert {key: suite.get(key) for key in ("tests", "failures", "skipped")} == {
        "tests": "1", "failures": "0", "skipped": "0",
    }  # fmt: skip
