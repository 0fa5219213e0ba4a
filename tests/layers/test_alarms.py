"""Whatever wakes somebody says what is wrong and links a page that exists."""

import re
from pathlib import Path

from components.shared.runbooks import RUNBOOKS
from tests.conftest import ACCOUNT, REGION, Deploy
from tests.layers.support.program import ROOT
from tests.layers.support.stacks import deployed_stack

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts-topic"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PAGES: Path = ROOT / "docs" / "runbooks"


def test_every_alarm_links_its_runbook(deploy: Deploy) -> None:
    """Alarms on metrics and on events alike, and each rings the stack's topic and no other."""
    made = deployed_stack(deploy, "production")
    alarms = made.all(ALARM)
    assert all(alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [TOPIC] for alarm in alarms)
    ringing = {target.inputs["rule"] for target in made.all(TARGET) if target.inputs["arn"] == TOPIC}
    rules = [rule for rule in made.all(RULE) if rule.inputs["name"] in ringing]
    texts = {alarm.name: alarm.inputs["alarmDescription"] for alarm in alarms}
    texts |= {rule.name: rule.inputs["description"] for rule in rules}
    assert {"core-alarm-cpu", "vpn-routers-alarm", "core-database-alarm-age", "core-database-function-alarm",
            "break-glass-used", "secret-rotation-failed"} <= texts.keys()  # fmt: skip
    pages = {name: re.fullmatch(rf".+: {re.escape(RUNBOOKS)}/([a-z-]+)\.md", text) for name, text in texts.items()}
    assert {name for name, page in pages.items() if page is None or not (PAGES / f"{page[1]}.md").is_file()} == set()
