"""SARIF 2.1.0 as code scanning takes it, the one form of findings about files for every tool of this repository.

The form: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. What GitHub demands, shows and refuses:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""In one run: with more GitHub refuses the file."""
MOST_TAGS = 10
"""Of a rule that GitHub shows; it refuses more than 20."""
LONGEST = 1_024
"""Characters of a rule's descriptions that GitHub takes."""

Level = Literal["error", "warning", "note", "none"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule; ``score`` is GitHub's ``security-severity``: 0.1 to 10.0, where it is about security."""

    id: str
    title: str
    about: str
    help: str
    uri: str
    tags: Sequence[str] = ()
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class Location:
    """A line of a file, its path relative to the repository; ``logical`` names what is there by ``kind``."""

    path: str
    line: int = 1
    column: int = 1
    says: str = ""
    logical: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """A finding. ``fingerprint`` names it from run to run, as long as it is the same one, wherever its line moves."""

    rule: str
    level: Level
    message: str
    location: Location
    related: Sequence[Location] = ()
    fingerprint: str = ""
    justification: str = ""
    "Why it is suppressed; empty where it is not."
    properties: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What found it; ``version`` may be empty."""

    name: str
    version: str
    uri: str


def document(
    tool: Tool,
    rules: Iterable[Rule],
    results: Iterable[Result],
    *,
    category: str = "",
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole file with one run.

    ``category`` tells several reports of one tool on one commit apart; ``about`` is said of the run. Of more results
    than GitHub takes, the first are kept.
    """
    rules, kept = list(rules), list(results)[:MOST_RESULTS]
    places = {rule.id: index for index, rule in enumerate(rules)}
    driver = {"name": tool.name, "informationUri": tool.uri, "rules": [_rule(rule) for rule in rules]}
    if tool.version:
        driver["version"] = tool.version
    seen: Counter[str] = Counter()
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, places[result.rule], seen) for result in kept],
    }
    if category:
        run["automationDetails"] = {"id": f"{category}/"}
    if about:
        run["properties"] = about
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": list(rule.tags)[:MOST_TAGS]} if rule.tags else {}
    if rule.score is not None:
        properties |= {"security-severity": f"{rule.score:.1f}", "precision": "high"}
    return {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": rule.title[:LONGEST]},
        "fullDescription": {"text": rule.about[:LONGEST]},
        "help": {"text": rule.help},
        "helpUri": rule.uri,
        **({"properties": properties} if properties else {}),
    }


def _result(result: Result, index: int, seen: Counter[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": _plain(result.message)},
        "locations": [_location(result.location)],
    }
    if result.related:
        made["relatedLocations"] = [{"id": n, **_location(place)} for n, place in enumerate(result.related, 1)]
    if result.fingerprint:
        seen[result.fingerprint] += 1  # two equal findings are two alerts
        # The one that GitHub reads. Its own are made of the line's text, so that a file has one alert of each rule.
        made["partialFingerprints"] = {"primaryLocationLineHash": f"{result.fingerprint}:{seen[result.fingerprint]}"}
    if result.justification:
        excuse = {"kind": "external", "status": "accepted", "justification": result.justification}
        made["suppressions"] = [excuse]
    return made | ({"properties": dict(result.properties)} if result.properties else {})


def _plain(text: str) -> str:
    """Text in which nobody who names a resource can write a link: ``[words](address)`` is one in SARIF's messages."""
    return re.sub(r"[\[\]\\]", r"\\\g<0>", text) if "](" in text else text


def _location(location: Location) -> dict[str, Any]:
    region = {"startLine": max(location.line, 1), "startColumn": max(location.column, 1)}
    file = {"uri": quote(location.path, errors="surrogateescape")}
    made: dict[str, Any] = {"physicalLocation": {"artifactLocation": file, "region": region}}
    if location.logical:
        made["logicalLocations"] = [{"fullyQualifiedName": location.logical, "kind": location.kind}]
    return made | ({"message": {"text": location.says}} if location.says else {})
