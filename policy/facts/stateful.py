"""What is lost with a resource: one list of what holds data, for policies, reports and tests."""

from functools import cache
from pathlib import Path
from typing import Literal

from lib import tables
from policy.facts import dangers
from policy.facts.kubernetes import PREFIX

FILE = Path(__file__).parent / "data" / "holds_data.yaml"
OPTION = "option protect"
Loss = Literal["data", "copies", "keys", "secrets", "logs", "clusters"]


@cache
def written() -> dict[str, Loss]:
    """The table as it is written, by type."""
    groups = tables.table(FILE)
    return {type_: loss for loss, types in groups.items() for type_ in types}


@cache
def _of_aws() -> dict[str, Loss]:
    """The table's types, and every one that a policy wants protected from the engine."""
    protected = {
        type_ for type_, rows in dangers.table("stateful_protection").items() if any(r.path == OPTION for r in rows)
    }
    listed = {dangers.token(type_): loss for type_, loss in written().items()}
    return {**dict.fromkeys(protected - listed.keys(), "data"), **listed}


def loss(type_: str) -> Loss | None:
    """What is lost with a resource of this type; None where it can be made again as it was."""
    if type_.startswith(PREFIX):
        api, _, kind = type_.removeprefix(PREFIX).rpartition(":")
        return written().get(f"{api.partition('/')[0]}/{kind}")
    return _of_aws().get(type_)
