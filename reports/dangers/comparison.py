"""A previewed change as the finders of dangers read it: each resource before and after, as a policy would see it."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pulumi_policy import PolicyResource

from policy.facts import former_types
from policy.facts.kubernetes import PREFIX
from policy.facts.props import UNKNOWN, get, texts
from policy.facts.storage import BUCKETS
from reports.change import Change
from reports.events import Step
from reports.policy_resources import as_policy_resources
from reports.state import Entry

NOT_JUDGED = ("nationgraph:", "pulumi:")
"""Components and providers: what they hold is judged itself."""
UNCHANGED = ("same", "read", "refresh")
COMPARED = (":NetworkPolicy", ":NetworkPolicyList")
"""Kinds of Kubernetes whose objects count together."""
_PART = re.compile(r"[^.\[\]\"]+")


@dataclass(frozen=True, eq=False, kw_only=True)
class Pair:
    """One changed resource. ``before`` is None where it is created, ``after`` where it is deleted."""

    step: Step
    before: PolicyResource | None
    after: PolicyResource | None

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return self.step.urn

    @property
    def name(self) -> str:
        """The resource's name, harmless to print."""
        return self.step.name

    @property
    def here(self) -> PolicyResource:
        """The resource as it will be or, where it goes, as it was."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a pair is made of at least one
        return found

    @property
    def type(self) -> str:
        """Its type, under today's name."""
        return str(self.here.resource_type)

    @property
    def old(self) -> Mapping[str, Any]:
        """Its properties before; none where there was nothing."""
        return self.before.props if self.before else {}

    @property
    def new(self) -> Mapping[str, Any]:
        """Its properties after; none where it goes."""
        return self.after.props if self.after else {}

    @property
    def kept(self) -> bool:
        """True where it was there and will be."""
        return self.before is not None and self.after is not None

    def differs(self, path: str) -> bool:
        """Whether the engine counts a property as changed; one that nobody declares is the provider's own affair.

        Not every provider says which differ.
        """
        told = {_PART.match(key.strip("[]\"'")) for key in self.step.keys}
        names = {found.group() for found in told if found}
        if not names or self.step.operation == "replace":
            names = {key for state in (self.step.old, self.step.new) for key in state.get("inputs") or {}}
        first = _PART.match(path.partition("[")[0].rstrip("?"))
        return first is not None and first.group().rstrip("?{}") in names


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison:
    """The changed resources, and the whole stack before and after."""

    change: Change
    pairs: Sequence[Pair]
    before: Sequence[PolicyResource]
    after: Sequence[PolicyResource]
    first: bool
    """True for a first deployment: there is nothing yet that could be lost, widened or opened."""

    def of(self, *types: str) -> Iterator[Pair]:
        """The changed resources of these types."""
        return (pair for pair in self.pairs if pair.type in types)

    @cached_property
    def deleted(self) -> Sequence[PolicyResource]:
        """What goes and does not come again."""
        return [pair.before for pair in self.pairs if pair.before and not pair.after]

    @cached_property
    def _gone(self) -> Mapping[str, set[str]]:
        """What the deleted resources are called, in every form in which another one names them, with their URNs."""
        found: dict[str, set[str]] = {}
        for pair in self.pairs:
            for text in _names(pair) if pair.after is None else ():
                found.setdefault(text, set()).add(pair.urn)
        return found

    def goes_too(self, value: object, but: str = "") -> bool:
        """True where a value, or a part of one, names something that is deleted in the same change, ``but`` a URN."""
        if isinstance(value, Mapping):
            return any(self.goes_too(get(value, key), but) for key in value)
        return any(self._gone.get(text, set()) - {but} for text in texts(value))


OWNERS = (
    "bucket",
    "keyId",
    "secretArn",
    "secretId",
    "arn",
    "queueUrl",
    "repository",
    "resourceArn",
    "topicArn",
    "vpcEndpointId",
)
"""Properties by which what is part of another resource, such as its policy, names that one."""


def _names(pair: Pair) -> Iterator[str]:
    """Its id, ARN and name; what belongs to another resource has the id or ARN of that one, which is not its own.

    An ARN that is declared is another one's: its own is made by AWS.
    """
    bucket, declared = pair.type in BUCKETS, pair.step.old.get("inputs") or {}
    owned = not bucket and any(get(pair.old, key) == get(pair.old, "id") for key in OWNERS if key in declared)
    keys = ("id", *(() if "arn" in declared else ("arn",)), "name", *(("bucket",) if bucket else ()))
    for key in ("name",) if owned else keys:
        yield from (text for text in texts(get(pair.old, key)) if text)


def compare(change: Change) -> Comparison:
    """The change resource by resource; what the engine leaves as it is has no pair, unless an option changes."""
    steps = [step for step in change.run.steps if not step.external and not step.type.startswith(NOT_JUDGED)]
    before = change.before or [_entry(step, step.old, None) for step in steps if step.old.get("inputs") is not None]
    after = change.after or [
        _entry(step, step.new, step.old) for step in steps if step.new.get("inputs") is not None and _stays(step)
    ]
    changed = {step.urn for step in steps if step.operation not in UNCHANGED}
    olds, news = (
        {one.urn: one for one in as_policy_resources(map(_today, _judged(part, changed)))} for part in (before, after)
    )
    pairs = []
    for step in steps:
        fresh = step.operation in ("create", "import")
        old, new = None if fresh else olds.get(step.urn), news.get(step.urn) if _stays(step) else None
        same = step.operation in UNCHANGED
        if (old or new) and not (same and (not old or not new or _protected(old) == _protected(new))):
            pairs.append(Pair(step=step, before=old, after=new))
    first = all(str(entry["type"]).startswith(NOT_JUDGED) for entry in before)
    return Comparison(change=change, pairs=pairs, before=list(olds.values()), after=list(news.values()), first=first)


def _judged(entries: Sequence[Entry], changed: Container[str]) -> Iterator[Entry]:
    """Objects of Kubernetes, the larger part of a state, only where they change or others are compared with them."""
    for entry in entries:
        type_ = str(entry["type"])
        beside = not type_.startswith(PREFIX) or type_.endswith(COMPARED) or entry["urn"] in changed
        if beside and not entry.get("external") and not type_.startswith(NOT_JUDGED):
            yield entry


def _protected(resource: PolicyResource) -> bool:
    return bool(resource.opts.protect)


def _stays(step: Step) -> bool:
    return step.operation != "delete"


def _today(entry: Entry) -> Entry:
    """Under today's type. Of an object of Kubernetes what is declared: its state also has what the server filled in."""
    declared = {"outputs": None} if str(entry["type"]).startswith(PREFIX) else {}
    return {**entry, **declared, "type": former_types.current(str(entry["type"]))}


def _entry(step: Step, state: Mapping[str, Any], before: Mapping[str, Any] | None) -> Entry:
    """A resource of the state, from what the log says of it alone."""
    inputs, declared = state.get("inputs") or {}, (before or {}).get("inputs") or {}
    old = (before or {}).get("outputs") or {}
    kept = {key: item for key, item in old.items() if step.operation != "replace" and key not in declared}
    outputs = {**kept, **(state.get("outputs") or {}), **(inputs if before is not None else {})}
    more = {"id": state.get("id"), "protect": state.get("protect"), "inputs": inputs, "outputs": outputs}
    return {"urn": step.urn, "type": step.type, **more}


def at(props: Mapping[str, Any], path: str) -> Any:
    """The value at a property path as the engine writes it: ``a.b``, ``a[0].c``, ``a["b.c"]``."""
    steps = [int(part) if part.isdigit() else part for part in _PART.findall(path)]
    return get(props, *steps)


def known(value: object) -> bool:
    """False for what a preview does not know yet."""
    return value is not UNKNOWN
