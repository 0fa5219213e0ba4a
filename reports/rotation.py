"""SEC-02: how old each secret of an account is, and where its rotation is stuck. Facts in, judgement out; no secret."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lib.rotation import BY_HAND_DAYS, MAX_DAYS
from lib.vocabulary import OWNER, ROTATION, ROTATION_BY_HAND
from models.manual_rotation import ManualRotation
from policy.facts.schedules import ScheduleError, every_days, longest_gap

MAX_AGE = dt.timedelta(days=MAX_DAYS)
"""What SEC-02 allows."""
BY_HAND_AGE = dt.timedelta(days=BY_HAND_DAYS)
"""When a secret that a person must change is due: 15 days for it, of which the weekly audit may take seven."""
STUCK_AFTER = dt.timedelta(hours=24)
"""A rotation takes minutes; Secrets Manager repeats a failed one for about a day at most."""
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
DELETION = "pending deletion"


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a secret: when it was stored, and its labels."""

    id: str
    created: dt.datetime
    stages: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Secret:
    """What Secrets Manager says of a secret without its value; ``primary`` is the region that a replica copies."""

    name: str
    region: str
    created: dt.datetime
    changed: dt.datetime | None = None
    rotated: dt.datetime | None = None
    next: dt.datetime | None = None
    deleted: dt.datetime | None = None
    enabled: bool = False
    days: int | None = None
    schedule: str | None = None
    duration: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    versions: Sequence[Version] = ()
    service: str | None = None
    primary: str | None = None

    @property
    def current(self) -> Version | None:
        """The version that consumers read."""
        return next((version for version in self.versions if CURRENT in version.stages), None)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One secret, judged: ``faults`` make the audit fail, ``notes`` do not."""

    name: str
    region: str
    owner: str | None
    since: dt.datetime
    age_days: int
    next: dt.datetime | None
    rotation: str
    faults: Sequence[str] = ()
    notes: Sequence[str] = ()


def age_days(since: dt.datetime, now: dt.datetime) -> int:
    """Whole days; none for what lies in the future, where two clocks differ."""
    return max((now - since).days, 0)


def audit(secrets: Sequence[Secret], by_hand: Sequence[ManualRotation], now: dt.datetime) -> list[Row]:
    """One row for each secret and for each registered exception that no secret stands for; oldest first."""
    registered = {entry.secret: entry for entry in by_hand if entry.secret}
    rows = [_judged(secret, registered.get(secret.name), now) for secret in secrets]
    held = {secret.name for secret in secrets}
    rows += [_outside(entry, now) for entry in by_hand if entry.secret not in held]
    return sorted(rows, key=lambda row: (-row.age_days, row.name, row.region))


def _judged(secret: Secret, entry: ManualRotation | None, now: dt.datetime) -> Row:
    current = secret.current
    since = current.created if current else secret.created
    if entry:
        since = min(since, _day(entry.changed))
    faults = () if secret.deleted else tuple(_faults(secret, entry, since, now))
    return Row(
        name=secret.name,
        region=secret.region,
        owner=secret.tags.get(OWNER) or (entry.owner if entry else None),
        since=since,
        age_days=age_days(since, now),
        next=secret.next,
        rotation=_kind(secret, by_hand=_is_by_hand(secret, entry)),
        faults=faults,
        notes=tuple(_notes(secret, entry, now)),
    )


def _outside(entry: ManualRotation, now: dt.datetime) -> Row:
    """A secret that lives elsewhere, or that is registered before it is stored."""
    since = _day(entry.changed)
    faults = tuple(_too_old(since, now, by_hand=True, fix=f"change it as {entry.runbook} says"))
    days = age_days(since, now)
    notes = ("registered, and not in Secrets Manager",) if entry.secret else ()
    return Row(
        name=entry.secret or entry.name, region="-", owner=entry.owner, since=since, age_days=days, next=None,
        rotation="by hand", faults=faults, notes=notes,
    )  # fmt: skip


def _day(day: dt.date) -> dt.datetime:
    """A day has no hour: the first one in UTC, so that nothing is taken for younger than it is."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _is_by_hand(secret: Secret, entry: ManualRotation | None) -> bool:
    return entry is not None or secret.tags.get(ROTATION) == ROTATION_BY_HAND


def _kind(secret: Secret, *, by_hand: bool) -> str:
    if secret.primary and secret.primary != secret.region:
        return f"replica of {secret.primary}"
    if secret.service:
        return f"by {secret.service}"
    if secret.enabled:
        return "scheduled"
    return "by hand" if by_hand else "none"


def _faults(secret: Secret, entry: ManualRotation | None, since: dt.datetime, now: dt.datetime) -> Iterator[str]:
    replica = bool(secret.primary and secret.primary != secret.region)
    by_hand = not secret.enabled and _is_by_hand(secret, entry)
    fix = f"change it as {entry.runbook} says" if entry else "change it, and see why it did not rotate"
    if secret.current or entry:
        yield from _too_old(since, now, by_hand=by_hand, fix=fix)
    yield from _stuck(secret, now)
    if replica:
        return
    if secret.enabled:
        yield from _late(secret, now)
        yield from _schedule(secret)
    elif not by_hand and not secret.service:
        yield f"no rotation and no registered exception: turn rotation on, or tag it {ROTATION}={ROTATION_BY_HAND}"


def _too_old(since: dt.datetime, now: dt.datetime, *, by_hand: bool, fix: str) -> Iterator[str]:
    age, days = now - since, age_days(since, now)
    if age > MAX_AGE:
        yield f"{days} days old, at most {MAX_AGE.days} are allowed: {fix}"
    elif by_hand and age >= BY_HAND_AGE:
        yield f"{days} days old, by hand and due from {BY_HAND_AGE.days}: {fix}"


def _stuck(secret: Secret, now: dt.datetime) -> Iterator[str]:
    for version in secret.versions:
        waited = now - version.created
        if PENDING in version.stages and CURRENT not in version.stages and waited > STUCK_AFTER:
            hours = int(waited.total_seconds() // 3600)
            yield f"{PENDING} for {hours} h on version {version.id}, which is not {CURRENT}: the rotation is stuck"
    if secret.current is None:
        yield f"no version is {CURRENT}: consumers read nothing, store a value"


def _late(secret: Secret, now: dt.datetime) -> Iterator[str]:
    due = secret.next
    if due is not None and now - due > STUCK_AFTER:
        yield f"rotation failed or did not run: it was due by {due:%Y-%m-%d}"
    elif secret.rotated is None and due is None and now - secret.created > STUCK_AFTER:
        yield "rotation is on and never ran: rotate it once by hand and watch it"


def _schedule(secret: Secret) -> Iterator[str]:
    if secret.service or (secret.schedule is None and secret.days is None):
        return  # a service keeps its own schedule
    try:
        if secret.schedule is not None:
            gap = longest_gap(secret.schedule, secret.duration)
        else:
            gap = every_days(secret.days or 0, secret.duration)
    except ScheduleError as error:
        yield f"schedule cannot be read: {error}"
        return
    if gap > MAX_AGE:
        yield f"schedule allows {gap / dt.timedelta(days=1):.0f} days between rotations, at most {MAX_AGE.days}"


def _notes(secret: Secret, entry: ManualRotation | None, now: dt.datetime) -> Iterator[str]:
    if secret.deleted:
        yield f"{DELETION} ({secret.deleted:%Y-%m-%d}): nobody can read it, restore-secret takes it back"
        return
    if secret.enabled and secret.rotated is None and secret.next is not None and secret.next >= now:
        yield "has not rotated yet"
    if entry and secret.current and secret.current.created.date() > entry.changed:
        yield f"stored on {secret.current.created:%Y-%m-%d}, registered as changed on {entry.changed}: the older counts"
    if not (secret.tags.get(OWNER) or entry or secret.service):
        yield f"nobody owns it: no tag {OWNER}"
