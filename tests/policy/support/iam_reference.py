"""Derives ``policy/facts/data`` from the AWS Service Authorization Reference as parliament ships it, and from moto.

After an upgrade of parliament or moto: ``python -m tests.policy.support.iam_reference``, then read the difference.
"""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moto.iam import aws_managed_policies

from policy.facts import iam

DATA = Path(__file__).parents[3] / "policy" / "facts" / "data"
NEWER = (
    ("sts:GetWebIdentityToken", "Write", False),
    ("iam:GetOutboundWebIdentityFederationInfo", "Read", False),
)
"""Actions that AWS has added since parliament's copy: name, access level, whether a resource limits them. Source:
https://docs.aws.amazon.com/service-authorization/latest/reference/, its pages of STS and IAM."""
IDENTITY_SERVICES = ("iam", "organizations", "sso", "sts")
"""Services in which every write decides who may do what."""


def reference() -> list[dict[str, Any]]:
    """The services with their actions; read as a file because importing parliament takes a second."""
    spec = importlib.util.find_spec("parliament")
    assert spec is not None
    assert spec.origin is not None
    services: list[dict[str, Any]] = json.loads(Path(spec.origin).with_name("iam_definition.json").read_text())
    return services


def actions() -> Iterator[tuple[str, str, bool]]:
    """Action, access level, and whether AWS lists a resource type for it; a service may be listed more than once."""
    for service in reference():
        for privilege in service["privileges"]:
            types = [row["resource_type"] for row in privilege["resource_types"]]
            yield f"{service['prefix']}:{privilege['privilege']}", privilege["access_level"], any(types)
    yield from NEWER


def no_resource_actions() -> list[str]:
    """Actions for which no entry lists a resource type: they can only be allowed on ``*``."""
    rows = list(actions())
    scoped = {action for action, _, limited in rows if limited}
    return sorted({action for action, _, _ in rows} - scoped)


def privileged_actions() -> list[str]:
    """Actions of access level "Permissions management", and every write of the services that hold identities."""
    return sorted(
        {
            action
            for action, level, _ in actions()
            if level == "Permissions management" or (level == "Write" and action.split(":")[0] in IDENTITY_SERVICES)
        }
        - {"sts:DecodeAuthorizationMessage"}  # listed as a write; it reads
        | {"sts:GetFederationToken", "sts:GetSessionToken"}  # listed as reads; they hand out credentials
    )


def broad_managed_policies() -> list[str]:
    """AWS's managed policies, path and name, of which a statement allows a whole service, or all but some, on ``*``.

    Those of service-linked roles, which nobody can attach, are left out.
    """
    policies: dict[str, Any] = json.loads(aws_managed_policies.aws_managed_policies_data)
    return sorted(
        f"{policy['Path']}{name}".removeprefix("/")
        for name, policy in policies.items()
        if not policy["Path"].startswith("/aws-service-role/")
        and any(map(_is_broad, iam.statements(policy["Document"]) or ()))
    )


def _is_broad(row: iam.Statement) -> bool:
    everything = "*" in row.resources or bool(row.not_resources)
    return row.allow and everything and (bool(row.not_actions) or any(map(iam.is_whole_service, row.actions)))


FILES = {
    "broad_managed_policies.txt": broad_managed_policies,
    "no_resource_actions.txt": no_resource_actions,
    "privileged_actions.txt": privileged_actions,
}

if __name__ == "__main__":
    for file, derive in FILES.items():
        (DATA / file).write_text("\n".join(derive()) + "\n")
