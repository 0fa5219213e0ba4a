"""Changes to show: one with everything in it that a page has a form for, and large ones."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models.roadmap.waiver import WaiverFile
from reports import page
from reports.change import Change
from reports.comment import build
from reports.comment.model import Paths
from reports.dangers.model import Danger, Kind, Severity
from reports.events import Run, Step
from reports.reach import Row
from reports.state import Entry
from tests.reports.support.runs import finding, made_up
from tests.reports.test_values import SECRET

HUNTER = "hunter2x"
TODAY = dt.date(2026, 12, 1)
BEFORE = (
    Row(
        target="core", who="engineering", ports="tcp 5432", granted="yes", path="tailnet engineering -> router -> core"
    ),
    Row(target="core", who="old tool", ports="tcp 5432", granted="yes", path="old tool -> core"),
    Row(target="router", who="internet", ports="udp 41641", granted="public", path="internet -> gateway -> router"),
)
AFTER = (
    *BEFORE[:1],
    Row(target="core", who="public tier", ports="tcp 5432", granted="no", path="subnet a -> network ACL b -> core"),
    *BEFORE[2:],
)


def urn(name: str, type_: str = "aws:ec2/vpc:Vpc") -> str:
    """As the engine writes it."""
    return f"urn:pulumi:production::nationgraph-platform::{type_}::{name}"


def entry(name: str, component: str = "", needs: Sequence[str] = (), type_: str = "aws:ec2/vpc:Vpc") -> Entry:
    """A resource of a state, in a component; it needs others of the same type by their names."""
    parent = urn(component, "nationgraph:x:Component") if component else ""
    made: dict[str, Any] = {"urn": urn(name, type_), "type": type_, "custom": True, "parent": parent, "inputs": {}}
    return {**made, "propertyDependencies": {"vpcId": [urn(other) for other in needs]}}


def step(name: str, operation: str, old: dict[str, Any], new: dict[str, Any], **other: Any) -> Step:
    """A step of a resource with its inputs before and after."""
    sides: dict[str, Any] = {"old": {"inputs": old} if old else {}, "new": {"inputs": new} if new else {}}
    return Step(operation=operation, urn=urn(name), type="aws:ec2/vpc:Vpc", parent="", protect=False, **sides, **other)


def danger(sentence: str = "core is replaced: what it holds is gone", **other: Any) -> Danger:
    """A danger with all of its parts."""
    given: dict[str, Any] = {"property": "username", "before": "a", "after": "b", "why": "forced by username"}
    kind = {"kind": Kind.DATA, "severity": Severity.CRITICAL, "urn": urn("core")}
    return Danger(**{**kind, **given, "sentence": sentence, **other})


def everything(text: str = "orders") -> tuple[Change, list[Danger]]:
    """A change with each operation, dangers, findings and an error; ``text`` stands wherever a stack may say one."""
    steps = [
        step(f"{text}-core", "replace", {"username": "a"}, {"username": "b"}, keys=["username"], forcing=["username"]),
        step("gone", "delete", {text: text}, {}),
        step("new", "create", {}, {"tags": {text: text}, "password": HUNTER}),
        step("changed", "update", {"value": SECRET, text: "1"}, {"value": SECRET, text: text}, keys=["value"]),
        step("seen", "refresh", {"a": 1}, {"a": 1}),
        step("other", "import", {"a": 1}, {"a": 1}),
        step("looked", "read", {}, {"a": 1}),
        step("kept", "same", {"a": 1}, {"a": 1}),
        step("strange", f"{text}-operation", {}, {"a": 1}),
    ]
    before = [
        {"urn": urn(text, "nationgraph:x:Component"), "type": "nationgraph:x:Component", "custom": False},
        entry("kept", "network"),
        entry(f"{text}-core", text, ["kept"]),
        entry("changed", text, [f"{text}-core", "kept"]),
        entry("gone", "network"),
        entry("alone", "", ["changed"]),
    ]
    after = [*(one for one in before if one["urn"] != urn("gone")), entry("new", "network"), entry("strange", text)]
    findings = [finding(f"{text}: must not be"), finding(f"{text}: should not be", "advisory"), finding(text)]
    run = made_up(steps, findings, [f"{text}: an error"], succeeded=False)
    dangers = [danger(f"{text} is gone", property=text, before=text, why=text), danger(severity=Severity.UNCLEAR)]
    return Change(stack="production", run=run, before=before, after=after), dangers


def rows(text: str) -> tuple[list[Row], list[Row]]:
    """Paths before and after with a text in each part."""
    row = Row(target=f"{text}-a", who=f"{text}-b", ports=f"tcp {text}", granted="no", path=f"{text} -> {text}-c")
    return [*BEFORE], [*AFTER, row]


def shown(change: Change, dangers: Sequence[Danger] = (), paths: Paths = ((), ()), **other: Any) -> str:
    """The page, of the report that a comment is made of too, with these dangers."""
    report = build.report(change, None, build.Around(today=TODAY, paths=paths, waivers=WaiverFile()))
    return page.render(change, replace(report, dangers=dangers, **other))


def large(resources: int, changed: int) -> Change:
    """A change of the first of many resources, in components of twenty."""
    components = [f"component-{number}" for number in range(max(1, resources // 20))]
    names = [f"{components[number % len(components)]}-{number}" for number in range(resources)]
    entries = [
        entry(name, components[number % len(components)], [names[number // 2], names[number // 3]] if number else [])
        for number, name in enumerate(names)
    ]
    properties = {f"property{number}": f"a value of some length {number}" for number in range(15)}
    other = {**properties, "property3": "another one"}
    steps = [step(name, "update", properties, other, keys=["property3"]) for name in names[:changed]]
    steps += [step(name, "same", properties, properties) for name in names[changed:]]
    run = Run(preview=True, succeeded=True, seconds=1, steps=steps)
    return Change(stack="production", run=run, before=entries, after=entries)
