"""A team as ``catalog/teams/<name>.yaml`` describes it."""

from typing import Annotated

from pydantic import Field

from models.fields import Entry, Name, Text

SlackChannel = Annotated[str, Field(pattern=r"^#[a-z0-9][a-z0-9_-]*$", max_length=81)]
Member = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._+-]*$", max_length=64)]
GitHubTeam = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*/[a-z0-9]+(-[a-z0-9]+)*$", max_length=140)]


class Slack(Entry):
    """``channel`` is where people talk to the team, ``alerts`` where its alarms go."""

    channel: SlackChannel
    alerts: SlackChannel


class PagerDuty(Entry):
    """The names of the team's service and escalation policy in PagerDuty."""

    service: Text
    escalation: Text


class Team(Entry):
    """Who owns services. The name is that of the team's Kubernetes namespace and part of its secrets' names.

    Its people are ``members``, each by the part before the @ of their address in ``catalog/access.yaml``, or those of a
    ``group`` of that file: one of the two. ``github`` is organisation and slug of its GitHub team, which reviews the
    files of its services.
    """

    name: Name
    description: Text
    members: tuple[Member, ...] = ()
    group: str | None = None
    slack: Slack
    pagerduty: PagerDuty
    github: GitHubTeam
