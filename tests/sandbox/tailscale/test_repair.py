"""Finding what an interrupted creation left in the tailnet."""

from pathlib import Path

import pytest

from sandbox import repair
from sandbox.tailscale.resources import KINDS
from sandbox.tailscale.tailnet import Tailnet
from sandbox.workspace import Workspace
from tests.sandbox.tailscale.test_provider import ACL, CHANGES, IDENTITY, SAMPLES, TEXT


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a new tailnet."""
    return Workspace(project=tmp_path, stack="dev", folder=tmp_path)


@pytest.mark.parametrize("token", KINDS)
def test_made_resource_is_found_by_its_inputs(workspace: Workspace, token: str) -> None:
    """Once; other inputs find nothing, and so does an empty tailnet."""
    tailnet = Tailnet(workspace.tailnet)
    other = {**SAMPLES[token], **CHANGES[token]}
    assert repair.find_in_tailnet(workspace, token, other, []) == []
    if token == IDENTITY:
        tailnet.set_policy(TEXT)
    identifier = KINDS[token].put(tailnet, None, SAMPLES[token])
    assert repair.find_in_tailnet(workspace, token, SAMPLES[token], []) == [identifier]
    assert repair.find_in_tailnet(workspace, token, SAMPLES[token], [identifier]) == []
    assert repair.find_in_tailnet(workspace, token, other, []) == []


def test_inventory_is_what_was_made(workspace: Workspace) -> None:
    """By type; settings, which every tailnet has, are not counted."""
    assert repair.tailnet_inventory(workspace) == {}
    Tailnet(workspace.tailnet).set_policy(TEXT)
    Tailnet(workspace.tailnet).set_settings({"devicesApprovalOn": True})
    assert repair.tailnet_inventory(workspace) == {ACL: ["acl"]}
