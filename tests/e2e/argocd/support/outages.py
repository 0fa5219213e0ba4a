"""What goes wrong, and how it is put right again. Both Argo CDs see the same outage."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.argocd import lab, objects
from tests.e2e.argocd.support import declared
from tests.e2e.argocd.support.declared import CLUSTERED, LABEL, UNGUARDED
from tests.e2e.argocd.support.laboratory import ARGO, OWN, Laboratory, until
from tests.e2e.argocd.support.repository import VERSIONS

Act = Callable[[Laboratory], object]


@dataclass(frozen=True, kw_only=True)
class Outage:
    """``guard`` is what keeps it from deleting. ``applications`` says whether Applications themselves survive too."""

    guard: str
    begin: Act
    end: Act
    applications: bool = True


def _both(act: Callable[[Laboratory, str], object]) -> Act:
    def both(where: Laboratory) -> None:
        for place in (OWN, UNGUARDED):
            act(where, place)

    return both


def _commit(change: Callable[[Path], object]) -> Act:
    return lambda where: where.repository.commit(change)


def _as_before(where: Laboratory) -> None:
    where.repository.revert(where.first)


def _nothing_but_a_readme(work: Path) -> None:
    for path in work.iterdir():
        if path.name not in (".git", "README.md"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _half(work: Path) -> None:
    lines = (work / VERSIONS).read_text().splitlines(keepends=True)
    rows = [line for line in lines if line.startswith("- ")]
    (work / VERSIONS).write_text("".join(rows[: len(rows) // 2]))


def _empty(work: Path) -> None:
    (work / VERSIONS).write_text("[]\n")


def _delete_sets(where: Laboratory, place: str) -> None:
    for name in objects.listed(where.api, ARGO, "ApplicationSet", place):
        where.delete("ApplicationSet", name, place=place)
    until(lambda: not objects.listed(where.api, ARGO, "ApplicationSet", place), f"{place}: sets are gone")


def _label(label: str | None) -> Callable[[Laboratory, str], None]:
    def change(where: Laboratory, place: str) -> None:
        where.patch("Secret", "own", {"metadata": {"labels": {LABEL: label}}}, place=place, api_version="v1")

    return change


def _override(where: Laboratory) -> None:
    """Somebody lets the sets delete, and a commit has no services."""
    for name in objects.listed(where.api, ARGO, "ApplicationSet", OWN):
        where.patch("ApplicationSet", name, {"spec": {"syncPolicy": {"applicationsSync": "sync"}}})
    where.repository.commit(_empty)


def _no_override(where: Laboratory) -> None:
    where.install()
    where.install_clustered()
    _as_before(where)


def _delete_namespaces(where: Laboratory) -> None:
    for place in (OWN, UNGUARDED):
        where.delete("Namespace", place, api_version="v1")


def _namespaces_again(where: Laboratory) -> None:
    """Nobody is left who takes the finalizers off: a person does, and installs all of it anew."""
    for place in (OWN, UNGUARDED):
        where.release(place)
        until(lambda place=place: where.gone(place), f"{place} is gone")  # type: ignore[misc]
    lab.stop(where.folder)
    where.install()
    where.install_others()
    where.start()


OUTAGES: dict[str, Outage] = {
    "Git down": Outage(
        guard="a generator that fails instead of returning nothing",
        begin=lambda where: lab.stop_git(where.folder),
        end=lambda where: lab.start_git(where.guarded),
    ),
    "Git empty": Outage(guard="the policy create-update", begin=_commit(_nothing_but_a_readme), end=_as_before),
    "generator result empty": Outage(guard="the policy create-update", begin=_commit(_empty), end=_as_before),
    "generator result half": Outage(guard="the policy create-update", begin=_commit(_half), end=_as_before),
    "cluster list empty": Outage(
        guard="the policy create-update",
        begin=_both(lambda where, place: where.delete("Secret", "own", place=place, api_version="v1")),
        end=_both(lambda where, place: objects.apply(where.api, [declared.cluster_secret(place)])),
    ),
    "label changed": Outage(guard="the policy create-update", begin=_both(_label("renamed")), end=_both(_label("dev"))),
    "ApplicationSet deleted by hand": Outage(
        guard="the finalizer of the set, with the policy create-update",
        begin=_both(_delete_sets),
        end=lambda where: (where.install(), where.install_others()),
    ),
    "policy overridden in the ApplicationSet": Outage(
        guard="the controller's policy without override", begin=_override, end=_no_override
    ),
    "versions file removed": Outage(
        guard="the policy create-update", begin=_commit(lambda work: (work / VERSIONS).unlink()), end=_as_before
    ),
    "repository renamed": Outage(
        guard="a generator that fails instead of returning nothing",
        begin=lambda where: where.repository.rename(),
        end=lambda where: where.repository.rename_back(),
    ),
    "Argo CD's own namespace deleted": Outage(
        guard="Applications without a cascading finalizer",
        begin=_delete_namespaces,
        end=_namespaces_again,
        applications=False,
    ),
}
OF_CLUSTERS = f"Application {CLUSTERED}-own"
