"""What GitHub's code scanning demands of a SARIF file beside the schema, each demand with a sentence of its own.

Source: https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from jsonschema import Draft4Validator

SCHEMA = Path(__file__).parents[1] / "data" / "sarif-schema-2.1.0.json"
VALIDATOR = Draft4Validator(
    json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER
)
"""Of the standard's own schema."""
ROOT = Path(__file__).parents[4]


def against_schema(document: Any) -> list[str]:
    """What the schema says."""
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in VALIDATOR.iter_errors(document)]


def demands(document: Any, *, files: bool = True) -> Iterator[str]:
    """Each demand that a file does not meet; with ``files``, that its locations are there too."""
    text = json.dumps(document).encode()
    if len(gzip.compress(text)) > 10_000_000:
        yield "more than 10 MB when compressed"
    if document["version"] != "2.1.0" or not document["$schema"]:
        yield "version or schema"
    if len(document["runs"]) > 20:
        yield "more than 20 runs"
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        if not run["tool"]["driver"]["name"] or len(run["results"]) > 25_000 or len(rules) > 25_000:
            yield "name, or more than 25,000 results or rules"
        if len({rule["id"] for rule in rules}) < len(rules):
            yield "two rules of one id"
        for rule in rules:
            yield from _rule(rule)
        for result in run["results"]:
            yield from _result(result, rules, files=files)


def _rule(rule: Any) -> Iterator[str]:
    for key in ("shortDescription", "fullDescription", "help"):
        if not rule[key]["text"] or (key != "help" and len(rule[key]["text"]) > 1024):
            yield f"{rule['id']}: {key}"
    properties = rule.get("properties", {})
    score = properties.get("security-severity")
    if score is not None and not (
        isinstance(score, str) and 0 < float(score) <= 10 and "security" in properties["tags"]
    ):
        yield f"{rule['id']}: security-severity {score!r}"
    if len(properties.get("tags", ())) > 10 or len(rule["name"]) > 255:
        yield f"{rule['id']}: tags or name"


def _result(result: Any, rules: Any, *, files: bool) -> Iterator[str]:
    name = f"{result['ruleId']} {result['message']['text'][:40]!r}"
    if not result["message"]["text"] or rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield f"{name}: message or rule"
    if result["level"] not in ("error", "warning", "note"):
        yield f"{name}: level"
    if not result["partialFingerprints"]["primaryLocationLineHash"]:
        yield f"{name}: no fingerprint"
    if len(result["locations"]) != 1:
        yield f"{name}: not one location"
    for location in (*result["locations"], *result.get("relatedLocations", ())):
        place = location["physicalLocation"]
        uri, region = urlparse(place["artifactLocation"]["uri"]), place["region"]
        if uri.scheme or uri.netloc or uri.path.startswith("/") or not uri.path:
            yield f"{name}: {place['artifactLocation']['uri']} is not below the repository"
        elif files and not (ROOT / unquote(uri.path)).is_file():
            yield f"{name}: {uri.path} is not in the repository"
        if region["startLine"] < 1 or region["startColumn"] < 1:
            yield f"{name}: region"
