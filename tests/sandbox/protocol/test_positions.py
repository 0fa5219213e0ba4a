"""What the engine is told of where a resource is declared."""

import sys
from pathlib import Path
from urllib.parse import urlparse

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime import resource

from sandbox.protocol import positions
from tests.conftest import Deploy, Recorded

HERE = str(Path(__file__).resolve().parent)


class Place(pulumi.ComponentResource):
    """A component that declares a network."""

    def __init__(self) -> None:
        super().__init__("test:Place", "place")
        aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(parent=self))


def program() -> None:
    """A component and a resource of its own."""
    Place()
    aws.ec2.Vpc("alone", cidr_block="10.1.0.0/16")


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK as it was, after the test."""
    monkeypatch.setattr(resource, "_get_stack_trace", resource._get_stack_trace)


def frames(found: Recorded) -> list[tuple[str, int]]:
    """File and line of each frame, the declaration itself first."""
    return [(urlparse(frame.pc.uri).path, frame.pc.line) for frame in found.request.stackTrace.frames]


@pytest.mark.usefixtures("restored")
def test_only_frames_of_the_program_are_told(deploy: Deploy) -> None:
    """The declaration is where the SDK's own trace begins; below it are the program's callers and nothing else."""
    deployed = []
    for prepare in (lambda: None, lambda: positions.of_program(HERE)):
        prepare()
        deployed.append(deploy(program))  # both from one line: it is a frame, too
    whole, told = deployed
    for name in ("place", "network", "alone"):
        before, after = whole.named(name), told.named(name)
        assert frames(after)[0] == frames(before)[0], name
        assert after.request.sourcePosition == before.request.sourcePosition, name
        assert frames(after) == [frame for frame in frames(before) if frame[0] == __file__], name
        assert len(frames(before)) > 10 * len(frames(after)), name
    assert len(frames(told.named("network"))) == len(frames(told.named("place"))) + 1


@pytest.mark.usefixtures("restored")
def test_a_virtual_environment_in_the_program_is_not_its_own_code(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program beside its environment: the environment's frames are left out."""
    monkeypatch.setattr(sys, "prefix", HERE)
    positions.of_program(str(Path(HERE).parent))
    assert frames(deploy(program).named("alone")) == []
