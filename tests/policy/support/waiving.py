"""Rules to waive, a waiver of one of them, and what the policies then report."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pulumi_policy import PolicyResource, Severity

from models.roadmap.model import Clause, Ledger
from models.roadmap.waiver import WaiverFile, load_waivers
from policy.core.engine import Rule
from policy.facts.props import UNKNOWN as IS_UNKNOWN
from policy.facts.props import Resource, get
from tests.policy.support.cases import Pack
from tests.support.resources import Res, clean

BUCKET = "aws:s3/bucket:Bucket"
VPC = "aws:ec2/vpc:Vpc"
TODAY = dt.date(2026, 3, 1)
LEDGER = Ledger(clauses=(Clause(id="SEC-07", text="Rules."), Clause(id="REV-01", text="Review.")))
PERMITTED = {
    "policy": "sec-07-open",
    "stack": "production",
    "resource": f"{BUCKET}::logs",
    "reason": "Moves to the archive in March.",
    "owner": "ada",
    "approver": "grace",
    "created": dt.date(2026, 2, 1),
    "expires": dt.date(2026, 3, 31),
}


def _open(resource: Resource) -> Iterator[str]:
    value = get(resource.props, "open", default=False)
    if value is not IS_UNKNOWN and value:
        yield "open is True, must be False"


def _linked(resources: Sequence[PolicyResource]) -> Iterator[tuple[PolicyResource, str]]:
    for resource in resources:
        if get(resource.props, "linked") is True:
            yield resource, "is linked"


COMMON: dict[str, Any] = {"clause": "SEC-07", "severity": Severity.HIGH, "remediation": "Close it."}
RULES = {
    "sec-07-linked": Rule(description="Nothing is linked.", check_stack=_linked, **COMMON),
    "sec-07-open": Rule(description="Nothing is open.", types=frozenset({BUCKET}), check=_open, **COMMON),
}
OPEN = Res(BUCKET, "logs", {"open": True})


class _Plain(yaml.SafeDumper):
    """Writes values out: the reader refuses anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def read(folder: Path, *entries: dict[str, Any] | str) -> WaiverFile:
    """Entries, or text, read as the file of waivers."""
    path = folder / "waivers.yaml"
    text = (
        entries[0]
        if entries and isinstance(entries[0], str)
        else yaml.dump(list(entries), Dumper=_Plain, sort_keys=False)
    )
    path.write_text(text, encoding="utf-8")
    return load_waivers(path)


def run(file: WaiverFile, resources: Sequence[Res], **kwargs: Any) -> dict[str, list[str]]:
    """What each policy reports: the messages without the description."""
    found = Pack(RULES, waivers=file, today=TODAY, ledger=LEDGER).run(resources, **kwargs)
    messages: dict[str, list[str]] = {}
    for diagnostic in found:
        messages.setdefault(diagnostic.policyName, []).append(clean(diagnostic.message).partition("\n")[2])
    return messages
