"""Find what an interrupted creation left in the emulated account, so that the engine can adopt it."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from sandbox.aws import observed, resource
from sandbox.aws.api import Api
from sandbox.aws.table import Row, rows
from sandbox.tailscale.provider import alike
from sandbox.tailscale.resources import KINDS
from sandbox.tailscale.tailnet import Tailnet
from sandbox.workspace import Workspace

PARTS = (
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
)
"""Types that also exist as parts of another resource, a group's inline rules, and are counted with it."""


_api = lru_cache(maxsize=4)(Api)
"""Making a client takes longer than most of its calls."""


def account(workspace: Workspace) -> Api:
    """The workspace's emulated account."""
    region = workspace.source_config.get("config", {}).get("aws:region", "us-east-1")
    return _api(workspace.endpoint, region, workspace.account)


def find(api: Api, token: str, inputs: Mapping[str, Any], taken: Collection[str]) -> list[str]:
    """The ids of resources of type ``token`` that agree with ``inputs`` and are not among ``taken``.

    Empty where nothing was made, or where making it again changes nothing (a type without a list and without an id of
    its own, such as the default security group).
    """
    row, known = rows()[token], dict(inputs)

    def agrees(identifier: str) -> bool:
        shown = observed.read(api, row, identifier, known)
        return shown is not None and observed.matches(row, known, shown)

    return [identifier for identifier in _candidates(api, row, known) if identifier not in taken and agrees(identifier)]


def find_in_tailnet(workspace: Workspace, token: str, inputs: Mapping[str, Any], taken: Collection[str]) -> list[str]:
    """As ``find``, for the types of the Tailscale provider."""
    kind, tailnet = KINDS[token], Tailnet(workspace.tailnet)

    def agrees(identifier: str) -> bool:
        shown = kind.get(tailnet, identifier) or {}
        return all(alike(key, value, shown.get(key)) for key, value in inputs.items() if key not in kind.steering)

    return [identifier for identifier in kind.find(tailnet) if identifier not in taken and agrees(identifier)]


def _candidates(api: Api, row: Row, inputs: dict[str, Any]) -> list[str]:
    if row.composed:
        return [resource.identify(row, inputs, {})]
    return api.identifiers(row)


def inventory(api: Api) -> dict[str, list[str]]:
    """Every resource in the account that the table can list, by type: what orphans and duplicates are counted in."""
    return {token: found for token, row in rows().items() if token not in PARTS and (found := api.identifiers(row))}


def tailnet_inventory(workspace: Workspace) -> dict[str, list[str]]:
    """The same of the tailnet, without settings, which every tailnet has."""
    tailnet = Tailnet(workspace.tailnet)
    return {token: found for token, kind in KINDS.items() if not kind.always and (found := kind.find(tailnet))}
