"""The files that people edit, as one tree holds them: every entry of every kind by its name, as plain data."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from lib.problems import FileError, Problem
from models.access.loader import load_access
from models.command_environment import load_command_environment
from models.dependencies.loader import read_dependencies
from models.folder import Folder
from models.manual_rotation import load_manual_rotation
from models.people import employees
from models.prices.loader import load_prices
from models.roadmap.loader import load_ledger
from models.roadmap.waiver import load_waivers
from models.services.loader import read_services
from models.teams.loader import read_teams
from models.versions.loader import read_versions
from stacks.environments import ENVIRONMENTS, PROMOTION
from stacks.files import read as read_settings

Entries = Mapping[str, Mapping[str, Any]]
"""The entries of one kind by name, each as plain data with the keys of its model."""
HIDDEN = "[secret]"


@dataclass(frozen=True, kw_only=True)
class Tree:
    """``entries`` by kind; of a kind in ``unread`` nothing is known but why."""

    entries: Mapping[str, Entries]
    unread: Mapping[str, Problem]


def tree(root: Path, today: dt.date) -> Tree:
    """The files below ``root``. Nothing raises: what cannot be read is in ``unread``."""
    entries: dict[str, Entries] = {}
    unread: dict[str, Problem] = {}
    for kinds, reader in READERS.items():
        try:
            found = dict(reader(root, today))
        except FileError as error:
            unread |= dict.fromkeys(kinds, error.problems[0])
            continue
        entries |= {kind: found[kind] for kind in kinds}
    return Tree(entries=entries, unread=unread)


def _plain(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    compared = [field.name for field in dataclasses.fields(value) if field.compare]
    return {name: _day(getattr(value, name)) for name in compared if getattr(value, name) is not None}


def _day(value: Any) -> Any:
    return str(value) if isinstance(value, dt.date) else value


def _folder(folder: Folder[Any]) -> Entries:
    if folder.problems:
        raise FileError(folder.problems)
    return {name: _plain(value) for name, value in folder.values.items()}


Found = Iterator[tuple[str, Entries]]


def _services(root: Path, _: dt.date) -> Found:
    yield "service", _folder(read_services(root / "catalog" / "services"))


def _teams(root: Path, _: dt.date) -> Found:
    yield "team", _folder(read_teams(root / "catalog" / "teams"))


def _dependencies(root: Path, _: dt.date) -> Found:
    yield "dependency", _folder(read_dependencies(root / "catalog" / "dependencies"))


def _access(root: Path, today: dt.date) -> Found:
    access = load_access(root / "catalog" / "access.yaml", today)
    yield "group", {name: _plain(group) for name, group in access.groups.items()}
    yield "resource", {name: _plain(resource) for name, resource in access.resources.items()}
    yield "grant", _numbered((f"{one.group} on {one.resource}", _plain(one)) for one in access.grants)


def _numbered(pairs: Iterator[tuple[str, dict[str, Any]]]) -> Entries:
    """By name; of several with one name, each with what else tells it apart."""
    made: dict[str, dict[str, Any]] = {}
    for name, entry in pairs:
        own = name if name not in made else f"{name} as {entry.get('role', '-')} in {entry.get('environments', '-')}"
        made[own] = entry
    return made


def _versions(root: Path, _: dt.date) -> Found:
    files = [read_versions(environment, root / "charts") for environment in PROMOTION]
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise FileError(problems)
    lines = [
        (f"{name} in {file.environment}", _plain(line)) for file in files for name, line in file.versions().items()
    ]
    yield "version", dict(lines)


def _command_environment(root: Path, _: dt.date) -> Found:
    found = load_command_environment(root / "catalog" / "command_environment.yaml")
    yield "variable", {variable.name: _plain(variable) for variable in found}


def _manual_rotation(root: Path, today: dt.date) -> Found:
    found = load_manual_rotation(root / "catalog" / "manual_rotation.yaml", today)
    yield "rotation by hand", {entry.name: _plain(entry) for entry in found}


def _ledger(root: Path, _: dt.date) -> Found:
    yield "clause", {clause.id: _plain(clause) for clause in load_ledger(root / "roadmap" / "clauses.yaml").clauses}


def _waivers(root: Path, _: dt.date) -> Found:
    file = load_waivers(root / "roadmap" / "waivers.yaml", employees(root / "catalog" / "access.yaml"))
    if file.problems:
        raise FileError(file.problems)
    yield "waiver", {" of ".join(waiver.key[:2]) + f" for {waiver.resource}": _plain(waiver) for waiver in file.waivers}


def _prices(root: Path, _: dt.date) -> Found:
    found = load_prices(root / "catalog")
    lists = found.regions.items()
    yield "price", {f"{i} in {name}": _plain(one) for name, listed in lists for i, one in listed.prices.items()}
    yield (
        "source of prices",
        {f"{i} of {name}": _plain(one) for name, listed in lists for i, one in listed.sources.items()},
    )
    uses = (one for several in found.uses.values() for one in several)
    yield "use", {f"{one.item} by {one.type}": _plain(one) for one in uses}
    without = {type_: {"why": why} for types in (found.free, found.unpriced) for type_, why in types.items()}
    yield "type without a price", without


def _settings(root: Path, _: dt.date) -> Found:
    """Settings as the engine gets them; what is encrypted is compared by nothing but its presence."""
    made = {}
    for stack in ENVIRONMENTS:
        file = read_settings(root / "stacks" / f"Pulumi.{stack}.yaml")
        if file.problems:
            raise FileError(file.problems)
        made[stack] = {key: HIDDEN if key in file.secret_keys else value for key, value in file.config.items()}
    yield "settings", made


READERS: Mapping[tuple[str, ...], Callable[[Path, dt.date], Found]] = {
    ("waiver",): _waivers,
    ("clause",): _ledger,
    ("group", "resource", "grant"): _access,
    ("variable",): _command_environment,
    ("rotation by hand",): _manual_rotation,
    ("service",): _services,
    ("team",): _teams,
    ("dependency",): _dependencies,
    ("version",): _versions,
    ("settings",): _settings,
    ("price", "source of prices", "use", "type without a price"): _prices,
}
"""What reads each kind: all that ``models.everything`` judges, in the order in which a reviewer wants to know."""
