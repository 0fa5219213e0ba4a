"""Which service's deployment brings the schema of a database up to date: one, of each database that has steps."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from lib.problems import Fault, Problem
from models.access.model import Access
from models.catalog.references import granted
from models.catalog.sources import Sources
from models.services.model import Service


def databases(root: Path) -> frozenset[str] | None:
    """The instances that have steps, each a folder of ``migrations``; None where the clone has no such folder."""
    folder = root / "migrations"
    return frozenset(path.parent.name for path in folder.glob("*/versions")) if folder.is_dir() else None


def problems(sources: Sources, access: Access | None) -> Iterator[Problem]:
    """A database without a service that migrates it, or with a second one, and services that cannot.

    Nothing is said where the access model is wrong itself.
    """
    if access is None:
        return
    known = databases(sources.root)
    faults: dict[str, list[Fault]] = defaultdict(list)
    migrated: dict[str, str] = {}
    for name, service in sorted(sources.services.values.items()):
        for index, store in enumerate(service.data_stores):
            if store.migrates and store.database in access.resources:
                faults[name] += _cannot(service, index, access, known)
                if (first := migrated.setdefault(store.database, name)) != name:
                    why = f"is said in catalog/services/{first}.yaml too: two deployments would run the same steps"
                    faults[name].append(_fault(index, why, "keep one of the two"))
    for name, found in faults.items():
        yield from sources.services.entries[name].problems(found)
    complete = sources.services.names == sources.services.values.keys()
    for name, resource in sorted(access.resources.items()):
        if complete and resource.instance in (known or ()) and name not in migrated:
            why = f"has steps, and no service's deployment runs them: {name} would stay as it is"
            fix = f"write {{database: {name}, role: writer, migrates: true}} in a service that writes there"
            yield Problem(file=f"migrations/{resource.instance}", why=why, fix=fix)


def _cannot(service: Service, index: int, access: Access, known: Collection[str] | None) -> Iterator[Fault]:
    """The Job acts as the owner of the schema, and runs the steps of the database's instance."""
    store = service.data_stores[index]
    instance = access.resources[store.database].instance
    if instance is None:
        return  # that it is not deployed is said of the database itself
    if known is not None and instance not in known:
        yield _fault(index, f"has no steps: there is no folder migrations/{instance}", "write them, or remove it")
    yield from granted(access, ("dataStores", str(index), "migrates"), store.database, "owner", value=True)


def _fault(index: int, why: str, fix: str) -> Fault:
    return Fault(path=("dataStores", str(index), "migrates"), value=True, why=why, fix=fix)
