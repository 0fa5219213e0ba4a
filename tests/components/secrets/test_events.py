"""Failures of rotations wake people, and successes are an event."""

import json

from components.secrets.events import RotationEvents, RotationEventsArgs
from tests.components.support.platform import TOPIC, platform
from tests.conftest import Deploy

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def test_failures_are_told_and_rotations_are_an_event(deploy: Deploy) -> None:
    """Failures go to people, successes to a topic of their own, to which workloads subscribe."""
    made = deploy(lambda: RotationEvents("rotation", RotationEventsArgs(platform=platform())))
    events = {rule.name: json.loads(rule.inputs["eventPattern"])["detail"]["eventName"] for rule in made.all(RULE)}
    assert events == {
        "rotation-failed": ["RotationFailed", "RotationAbandoned"],
        "rotation-succeeded": ["RotationSucceeded"],
    }
    targets = {target.name: target.inputs["arn"] for target in made.all(TARGET)}
    assert targets["rotation-failed-notify"] == TOPIC
    assert targets["rotation-succeeded-notify"].endswith("rotation-events-topic")
    assert len(targets) == 2
