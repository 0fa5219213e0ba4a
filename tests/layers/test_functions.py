"""Every row of the table of functions is deployed as it says, by names that the pipeline may deploy."""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.shared.account import FUNCTION_NAMES, FUNCTION_ROLES
from layers import lambdas
from layers.functions import FUNCTIONS
from tests.conftest import Deploy, Deployment
from tests.layers.support.stacks import account_of, deployed_stack

STACK = "production"
DEPLOYED = [folder for folder, row in FUNCTIONS.items() if not row.waits_for]


def _functions(made: Deployment) -> dict[str, list[dict[str, Any]]]:
    """The functions of the stack by the folder whose code they run."""
    found: dict[str, list[dict[str, Any]]] = {}
    for function in made.all("aws:lambda/function:Function"):
        folder = function.inputs["handler"].split(".")[1]
        found.setdefault(folder, []).append({"resource": function.name, **function.inputs})
    return found


def test_what_waits_is_deployed_by_no_stack(deploy: Deploy) -> None:
    """The table says so and why; everything else is deployed."""
    assert set(_functions(deployed_stack(deploy, STACK))) == set(DEPLOYED)


@pytest.mark.parametrize("folder", DEPLOYED)
def test_a_row_is_deployed_as_it_says(deploy: Deploy, folder: str) -> None:
    """Handler, time, memory, role, log group, alarm with its runbook, and a schedule where the row has one."""
    row, made, account = FUNCTIONS[folder], deployed_stack(deploy, STACK), account_of(STACK)
    for function in _functions(made)[folder]:
        stem = function["resource"].removesuffix("-function")
        assert function["handler"] == lambdas.handler(folder)
        assert (function["timeout"], function["memorySize"]) == (row.timeout_seconds, row.memory_mib)
        assert fnmatchcase(function["name"], FUNCTION_NAMES)
        role = made.named(f"{stem}-role").inputs
        assert fnmatchcase(account.iam(f"role{role['path']}{role['name']}"), account.iam(f"role{FUNCTION_ROLES}"))
        assert made.named(f"{stem}-logs").inputs["name"] == f"/aws/lambda/{function['name']}"
        alarm = made.named(f"{stem}-alarm").inputs
        assert alarm["dimensions"] == {"FunctionName": function["name"]}
        assert alarm["alarmDescription"].endswith(f"/{row.runbook}.md")
        sids = {entry["Sid"] for entry in json.loads(made.named(f"{stem}-policy").inputs["policy"])["Statement"]}
        assert {entry["Sid"] for entry in row.rights(account)} <= sids
        if row.schedule:
            rule = made.named(f"{stem.removesuffix('-function')}-schedule").inputs
            assert (rule["name"], rule["scheduleExpression"]) == (
                f"nationgraph-{folder.replace('_', '-')}",
                row.schedule,
            )


def test_the_watch_over_secrets_reads_none(deploy: Deploy) -> None:
    """Two rights, both about names and dates."""
    rows = FUNCTIONS["secret_watch"].rights(account_of(STACK))
    assert {row["Action"] for row in rows} == {"secretsmanager:ListSecrets", "secretsmanager:ListSecretVersionIds"}
