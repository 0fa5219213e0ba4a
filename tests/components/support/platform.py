"""The platform that components are tested on: one account, a boundary, a topic, everything protected."""

from typing import Any

from components.shared.account import Account
from components.shared.platform import Platform

HERE = Account(id="123456789012", region="eu-central-1")
TOPIC = HERE.arn("sns", "alerts")
TAGS = {"nationgraph:owner": "platform"}


def platform(**changes: Any) -> Platform:
    """Production's, unless changed."""
    given: dict[str, Any] = {
        "account": HERE,
        "tags": TAGS,
        "log_retention_days": 90,
        "protect": True,
        "boundary_arn": HERE.boundary,
        "alarm_topic_arn": TOPIC,
    }
    return Platform(**{**given, **changes})
