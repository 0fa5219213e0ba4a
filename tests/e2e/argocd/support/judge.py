"""Asks a running Argo CD what somebody may do, and says where that is not what was promised."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from tests.e2e.argocd.support.rights import ACTIONS, OPERATIONS, RESOURCES, SUB_ACTIONS, Operation, Right, rights
from tests.e2e.argocd.support.signed_in import ENVIRONMENT, SignedIn

LONELY = (
    "admin",
    "role:admin",
    "role:readonly",
    "role:operator",
    "role:viewer",
    "*",
    "proj:core:any",
    "",
)
"""Names that Argo CD itself gives a meaning, or might."""
FEW = ("get", "sync", "delete")
"""The actions that tell an operator, a viewer and an administrator from somebody without rights."""


def look_alikes(group: str) -> tuple[str, ...]:
    """Names that somebody may take for that of a group."""
    return (
        group.upper(),
        group.capitalize(),
        f" {group}",
        f"{group} ",
        f"{group}\n",
        f"/{group}",
        f"{group}s",
        group[:-1],
        f"{group[:3]}*",
        f"{group},admin",
        f"{group}\u200b",
        group.replace("i", "\u0456"),
        group.replace("e", "\u0435"),
        f"nationgraph:{group}",
    )


class Judge:
    """Of ``where``, by ``source``, the text of an access model. ``asked`` counts the questions."""

    def __init__(self, where: SignedIn, source: str = "") -> None:
        self.where, self.source, self.asked = where, source or where.source, 0

    def allowed(self, groups: Iterable[str]) -> frozenset[Right]:
        """What the access model promises to somebody in all of these groups."""
        return rights(self.source, ENVIRONMENT, groups)

    def rights(
        self, name: str, groups: Iterable[str], token: str = "", actions: Iterable[str] = ACTIONS
    ) -> Iterator[str]:
        """Every resource and action, as the server says of the bearer of a token."""
        groups = tuple(groups)
        allowed, token = self.allowed(groups), token or self.where.token(*groups)
        for resource, thing in RESOURCES.items():
            for action in actions:
                self.asked += 1
                path = f"/api/v1/account/can-i/{resource}/{action}/{quote(thing)}"
                answer = self.where.call("GET", path, token)
                wanted = "yes" if (resource, action) in allowed else "no"
                if answer != (200, {"value": wanted}):
                    yield f"{name}: {action} {resource}: {answer}, not {wanted}"

    def operations(self, name: str, groups: Iterable[str]) -> Iterator[str]:
        """Every operation, done for real where it may be."""
        groups = tuple(groups)
        allowed, token = self.allowed(groups), self.where.token(*groups)
        for one in OPERATIONS:
            self.asked += 1
            may, (status, said) = one.right in allowed, self.where.call(one.method, one.path, token, one.body)
            if self._did(one, status, said) is not may:
                yield f"{name}: {one.name}: {status} {str(said)[:200]}, not {'done' if may else 'refused'}"

    def _did(self, one: Operation, status: int, said: object) -> bool | None:
        """Whether it was done; None where that is neither done nor refused."""
        if one.listed and status == 200:
            return isinstance(said, dict) and bool(said.get("items"))
        return True if status in one.done else False if status == 403 else None

    def sub_actions(self, names: Iterable[str]) -> list[str]:
        """What the command line says of a group, from the maps of the cluster."""
        cases = [(name, right) for name in names for right in SUB_ACTIONS]
        self.asked += len(cases)
        with ThreadPoolExecutor(2) as pool:
            return [said for said in pool.map(lambda case: self._can(*case), cases) if said]

    def _can(self, group: str, right: Right) -> str:
        resource, action = right
        words = ("can", group, action, resource, RESOURCES[resource], "--namespace=argocd")
        said = self.where.command("admin", "settings", "rbac", *words)
        wanted = "Yes" if right in self.allowed((group,)) else "No"
        return (
            ""
            if said.stdout.strip() == wanted
            else f"{group}: {action}: {said.stdout}{said.stderr[-200:]}, not {wanted}"
        )
