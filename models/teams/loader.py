"""Read ``catalog/teams``: every problem of every file at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lib.problems import Fault
from models.folder import NAME_FIX, Folder, read_folder
from models.teams.model import Team

TEAMS: Final = Path(__file__).parents[2] / "catalog" / "teams"

RESERVED: Final = frozenset({"default", "argocd", "tailscale", "amazon-cloudwatch", "monitoring", "core"})
"""Namespaces of others, and ``core``, under whose name in Secrets Manager the database's credentials are kept."""

_FIX: Final = {
    "name": NAME_FIX,
    "description": "write what the team answers for",
    "members": "list people by what stands before the @ of their address in catalog/access.yaml, as [ada, grace]",
    "group": "name a group of people of catalog/access.yaml",
    "slack": 'write {channel: "#payments", alerts: "#payments-alerts"}, the names in quotes',
    "pagerduty": "write {service: payments, escalation: payments-on-call}",
    "github": "write organisation and slug, as nationgraph/payments",
}


def read_teams(path: Path = TEAMS) -> Folder[Team]:
    """The teams that are right in themselves."""
    folder = read_folder(path, Team, _FIX)
    problems = [*folder.problems]
    for entry in folder.entries.values():
        problems += entry.problems(_faults(entry.value))
    return Folder(entries=folder.entries, names=folder.names, problems=tuple(problems))


def _faults(team: Team) -> Iterator[Fault]:
    if team.name in RESERVED or team.name.startswith("kube-"):
        why = "is a name that the cluster or the secret store uses itself"
        yield Fault(path=("name",), value=team.name, why=why, fix="choose another name")
    if bool(team.members) == (team.group is not None):
        why = "is given beside members" if team.members else "is missing, and members too: nobody is in the team"
        fix = "keep one of the two" if team.members else "name its people as members, or a group"
        yield Fault(path=("group",), why=why, fix=fix)
    for index, member in enumerate(team.members):
        if member in team.members[:index]:
            yield Fault(path=("members", str(index)), value=member, why="is there twice", fix="list it once")
