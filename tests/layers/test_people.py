"""People are known by one name: their group's, on the tailnet, in databases and as a role of the account."""

import json
from typing import Any

import pytest

from components.shared.account import PATH
from models.access import database_roles
from models.access.checks import ACCOUNT_ROLES
from models.access.loader import load_access
from tests.components.iam.support.access import ROLE
from tests.conftest import Deploy
from tests.layers.support.stacks import account_of, deployed_stack
from tests.layers.test_access import compiled

PREFIX = "nationgraph-"


def _identities(deploy: Deploy, stack: str) -> dict[str, dict[str, Any]]:
    """The roles of people, pipeline and emergencies by name, with the statements of each one's own policy."""
    made = deployed_stack(deploy, stack)
    return {
        role.inputs["name"].removeprefix(PREFIX): {
            row["Sid"]: row
            for row in json.loads(made.named(role.name.removesuffix("role") + "policy").inputs["policy"])["Statement"]
        }
        for role in made.all(ROLE)
        if role.inputs["path"] == PATH
    }


@pytest.mark.parametrize("stack", ["dev", "production"])
def test_every_name_is_a_group_of_the_catalog(deploy: Deploy, stack: str) -> None:
    """Roles besides those of every account are groups; each is known to the tailnet and, where it signs in, to SQL."""
    access = load_access().for_environment(stack)
    roles = _identities(deploy, stack)
    assert set(roles) - ACCOUNT_ROLES == {name for name, group in access.groups.items() if group.account}
    assert set(roles) >= ACCOUNT_ROLES
    known = set(compiled(stack)["groups"])
    statements = "".join(
        database_roles.sql(access, name) for name, r in access.resources.items() if r.kind == "database"
    )
    for name in set(roles) - ACCOUNT_ROLES:
        assert f"group:{name}" in known
        users = [roles[name]["Connect"]["Resource"]] if "Connect" in roles[name] else []
        assert users == ([account_of(stack).arn("rds-db", f"dbuser:*/{name}")] if access.signs_in(name) else [])
        assert (f'"group:{name}"' in statements) is bool(users)


@pytest.mark.parametrize(("stack", "signs_in"), [("dev", True), ("production", False)])
def test_engineers_sign_in_to_no_database_of_production(stack: str, *, signs_in: bool) -> None:
    """Who has no grant on a database in an environment has no right to sign in to one there."""
    assert load_access().for_environment(stack).signs_in("engineering") is signs_in
