"""The verdict on a stack in words."""

from collections.abc import Mapping

from reports.rights.verdict import DEPLOY, Verdict


def summary(stack: str, made: Verdict, needed: Verdict) -> list[str]:
    """How many calls are allowed: of those that were ``made``, and of those that pulumi-aws ``needed``."""
    of_log = f"{stack}: {made.allowed:,} of {made.calls:,} calls of the log are allowed to the deploy role"
    of_life = f"{needed.allowed:,} of {needed.calls:,} that pulumi-aws makes in the life of these resources"
    granted = made.granted[DEPLOY].keys()
    called = granted & made.used[DEPLOY]
    more = granted & needed.used[DEPLOY] - called
    return [
        f"{of_log}, and {of_life}.",
        f"Of its {len(granted)} actions {len(called)} were called, and {len(more)} more are called by pulumi-aws.",
        f"{made.others:,} and {needed.others:,} more are somebody else's, and closed to it.",
    ]


def spare(reasons: Mapping[str, str]) -> list[str]:
    """The rights of a role that no call of it needs, by their reason."""
    by_reason: dict[str, list[str]] = {}
    for action, reason in reasons.items():
        by_reason.setdefault(reason, []).append(action)
    lines = [f"  {reason}: {', '.join(actions)}" for reason, actions in by_reason.items()]
    return [f"{len(reasons)} actions are granted to a role of which no call needs them, each with its reason:", *lines]
