"""Every mandatory rule stops an ``up`` that violates it, before anything is made."""

import datetime as dt
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel

from cli.target import ROOT
from models.roadmap.loader import load_ledger
from policy.core.engine import enforcement, load_rules
from reports import events
from sandbox import repair, workspace
from sandbox.aws.table import rows
from sandbox.tailscale.resources import KINDS
from tests.support.depth import deep, in_sample
from tests.support.resources import Case, Ref, Res, module_of

pytestmark = pytest.mark.engine
PROJECT = Path(__file__).parent / "violation"
RULES = load_rules()
TODAY = dt.datetime.now(dt.UTC).date()
LEDGER = load_ledger()
MANDATORY = [name for name, rule in RULES.items() if enforcement(rule, LEDGER, TODAY) is EnforcementLevel.MANDATORY]


def _case(name: str) -> Case:
    """A case that fails, of types that a provider of the sandbox has; Kubernetes' own has every kind."""
    cases: list[Case] = importlib.import_module(module_of(name)).CASES
    known = {*rows(), *KINDS, "pulumi:pulumi:Stack"}
    failing = [case for case in cases if case.kind == "fail"]
    return next(case for case in failing if all(res.type in known or _in_cluster(res) for res in case.resources))


def _in_cluster(resource: Res) -> bool:
    return resource.type.startswith("kubernetes:")


def _plain(value: Any) -> Any:
    if isinstance(value, Ref):
        return {"$ref": [value.name, value.attribute]}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _json(resource: Res) -> dict[str, Any]:
    inputs = _plain(dict(resource.inputs))
    return {"type": resource.type, "name": resource.name, "inputs": inputs, "protect": resource.protect}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One emulated account for all rules: nothing may ever be made in it."""
    made = tmp_path_factory.mktemp("rules") / "production"
    made.mkdir()
    yield made
    opened = workspace.Workspace(project=PROJECT, stack="production", folder=made)
    workspace.stop_cluster(opened)
    workspace.stop_account(opened)


@deep
@pytest.mark.parametrize("name", [name for name in MANDATORY if in_sample(name, 12)])
def test_violation_is_blocked(name: str, folder: Path) -> None:
    """The engine exits non-zero, the finding is mandatory and carries the rule's name, the account stays empty."""
    case = _case(name)
    path = folder / "case.json"
    path.write_text(json.dumps([_json(resource) for resource in case.resources]))
    cluster = any(map(_in_cluster, case.resources))
    opened = workspace.open_workspace(PROJECT, "production", folder, {"CASE": str(path)}, kubernetes=cluster)
    log = folder / "events.jsonl"
    log.unlink(missing_ok=True)
    arguments = ("--yes", "--policy-pack", str(ROOT / "policy"), "--event-log", str(log))
    result = workspace.pulumi(opened, *workspace.operation(opened, "up", *arguments), capture=True)
    assert result.returncode != 0, result.stdout
    runs = events.parse(log.open())
    found = {finding.policy for run in runs for finding in run.blocking}
    assert name in found, result.stdout
    assert repair.inventory(repair.account(opened)) == {}
