"""What scanners report, as SARIF: theirs read, corrected or made."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from reports import sarif


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One result, as a line for the terminal."""

    rule: str
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """``path:line rule: message``."""
        return f"{self.path}:{self.line} {self.rule}: {self.message}"


def _findings(report: dict[str, Any], root: Path) -> Iterator[Finding]:
    for run in report["runs"]:
        for result in run["results"]:
            place = (result.get("locations") or [{}])[0].get("physicalLocation", {})
            uri = urlparse(place.get("artifactLocation", {}).get("uri", ""))
            path = unquote(uri.path)
            yield Finding(
                rule=result["ruleId"],
                path=str(Path(path).relative_to(root)) if Path(path).is_relative_to(root) else path,
                line=place.get("region", {}).get("startLine", 1),
                message=" ".join(result["message"]["text"].split()),
            )


def findings(report: dict[str, Any], root: Path) -> list[Finding]:
    """All results, their paths relative to ``root`` where they lie in it.

    Raises:
        KeyError, TypeError: the report is not SARIF.

    """
    return list(_findings(report, root))


def _rule(kind: str) -> sarif.Rule:
    about = f"actionlint's check `{kind}`; what it means is in the message of each finding."
    uri = "https://github.com/rhysd/actionlint/blob/main/docs/checks.md"
    return sarif.Rule(id=kind, title=about, about=about, help=about, uri=uri)


def without_people(text: str) -> dict[str, Any]:
    """Gitleaks' SARIF without names, addresses and messages of authors: an alert needs the commit and nobody's data."""
    report: dict[str, Any] = json.loads(text)
    for run in report["runs"]:
        for result in run["results"]:
            result["partialFingerprints"] = {"commitSha": result["partialFingerprints"]["commitSha"]}
    return report


def in_messages(text: str, commits: Sequence[str]) -> dict[str, Any]:
    """Gitleaks' SARIF of a text whose lines are messages of these commits, under a name of its own.

    GitHub needs a file for each alert; there is none, so the commit stands in its place.
    """
    report: dict[str, Any] = json.loads(text)
    for run in report["runs"]:
        run["tool"]["driver"]["name"] = "gitleaks-messages"
        for result in run["results"]:
            place = result["locations"][0]["physicalLocation"]
            commit = commits[place["region"]["startLine"] - 1]
            place["artifactLocation"]["uri"] = f"commit-message/{commit}"
            place["region"]["startLine"] -= commits.index(commit)
            place["region"].pop("endLine", None)
            result["message"]["text"] = f"{result['ruleId']} has detected a secret in the message of commit {commit}."
            result["partialFingerprints"] = {"commitSha": commit}
    return report


def from_actionlint(text: str, version: str) -> dict[str, Any]:
    """SARIF of what ``actionlint -format '{{json .}}'`` prints."""
    found: Sequence[dict[str, Any]] = json.loads(text)
    results = [
        sarif.Result(
            rule=each["kind"],
            level="error",
            message=each["message"],
            location=sarif.Location(path=each["filepath"], line=each["line"], column=each["column"]),
        )
        for each in found
    ]
    tool = sarif.Tool(name="actionlint", version=version, uri="https://github.com/rhysd/actionlint")
    return sarif.document(tool, [_rule(kind) for kind in sorted({each["kind"] for each in found})], results)
