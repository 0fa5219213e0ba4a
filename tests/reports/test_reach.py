"""Who can reach what, from states and previews, in each format."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from reports import reach
from reports.log import Metadata, State
from reports.policy_resources import as_policy_resources
from reports.state import planned
from tests.policy.support.topologies import WORLD, admits, group, stack, tailnet, tcp
from tests.policy.support.topology_parts import GRANTED, ROUTERS, TO_ROUTERS, balancer
from tests.reports.support.states import exported
from tests.support.resources import UNKNOWN, Res

BASE = exported(stack())
WIDE = exported(stack(db_sg=admits(tcp(5432, "10.0.0.0/23"))))
FRONT = exported(stack(group("lb-sg", tcp(443, WORLD)), balancer()))


def shown(*arguments: Any) -> str:
    """What a person sees."""
    output = io.StringIO()
    Console(file=output, width=300).print(reach.terminal(*arguments))
    return output.getvalue()


def result(operation: str, entry: dict[str, Any], **inputs: Any) -> Metadata:
    """What a preview says of a resource whose inputs become these."""
    new = {"inputs": {**entry["inputs"], **inputs}, "id": entry["id"]}
    return Metadata(op=operation, urn=entry["urn"], type=entry["type"], new=State(**new))


def named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The entry of a resource."""
    (found,) = [entry for entry in entries if entry["urn"].endswith(f"::{name}")]
    return found


def test_rows_say_whether_a_grant_names_them() -> None:
    """Yes, no, and public for what strangers are meant to use."""
    assert [(row.target, row.who, row.ports, row.granted) for row in reach.rows_of(WIDE)] == [
        ("orders", "private tier", "tcp 5432", "yes"),
        ("orders", "public tier", "tcp 5432", "no"),
    ]
    assert ("lb", "internet", "public") in [(row.target, row.who, row.granted) for row in reach.rows_of(FRONT)]
    assert reach.rows_of([]) == []


def test_groups_of_the_tailnet_are_rows() -> None:
    """Each by itself, through the routers."""
    rows = reach.rows_of(exported(stack(*ROUTERS, tailnet(*GRANTED), db_sg=TO_ROUTERS)))
    assert {(row.who, row.granted) for row in rows if row.target == "orders"} == {
        ("on-call", "yes"),
        ("private tier", "yes"),
    }
    assert all("-> routers -> " in row.path for row in rows if row.who == "on-call")


def test_terminal_prints_each_path_and_the_difference() -> None:
    """Hop by hop, below the table."""
    said = shown(reach.rows_of(WIDE), reach.rows_of(BASE))
    assert "public tier -> subnet public-a -> network ACL default" in said
    assert "2 paths into 1 targets, 1 that no grant names" in said
    assert "+ public tier reaches tcp 5432 of orders: public tier ->" in said
    assert "1 paths before, 2 now." in said
    assert "- public tier reached tcp 5432 of orders" in shown(reach.rows_of(BASE), reach.rows_of(WIDE))


def test_markdown_keeps_each_hop_whole() -> None:
    """A path of any length has its last hop: that is what a reviewer closes."""
    text = reach.markdown(reach.rows_of(WIDE), reach.rows_of(BASE))
    assert "### Who can reach what" in text
    assert "| `orders` | `public tier` | `tcp 5432` | `no` | `public tier` → `subnet public-a` →" in text
    assert "`orders tcp 5432` |" in text
    assert "| + | `orders` | `public tier` |" in text
    assert "### Changes" not in reach.markdown(reach.rows_of(BASE), reach.rows_of(BASE))
    assert "|" not in reach.markdown([])


def test_markdown_has_a_limit_and_tells_danger_first() -> None:
    """What is granted cannot push out what is not."""
    granted = [reach.Row(target=f"a{n}", who="x", ports="tcp 1", granted="yes", path="x -> a") for n in range(900)]
    refused = reach.Row(target="z", who="|`x", ports="tcp 1", granted="no", path="y -> z")
    lines = reach.changes([], [*granted, refused])
    assert "`no`" in lines[4]
    assert "\\|" in lines[4]
    assert lines[-1].endswith(" more.")
    assert len("\n".join(lines).encode()) < reach.BYTES + 500


def test_json_holds_paths_and_difference() -> None:
    """The same rows for machines."""
    document = json.loads(reach.as_json(reach.rows_of(WIDE), reach.rows_of(BASE)))
    assert [row["who"] for row in document["added"]] == ["public tier"]
    assert document["removed"] == []
    assert len(document["paths"]) == 2
    assert set(json.loads(reach.as_json([]))) == {"paths"}


PRIVATE = tcp(5432, "10.0.2.0/24", "10.0.3.0/24")


@pytest.mark.parametrize(
    ("results", "added", "removed"),
    [
        ([result("update", named(BASE, "db-sg"), ingress=[PRIVATE, tcp(5432, "10.0.0.0/24")])], ["public tier"], []),
        ([result("update", named(BASE, "db-sg"), ingress=[])], [], ["private tier"]),
        ([result("update", named(BASE, "db-sg"), ingress=[PRIVATE, tcp(5432, UNKNOWN)])], [], []),
        ([result("same", named(BASE, "db-sg"), ingress=[])], [], []),
        ([result("delete", named(BASE, "orders"))], [], ["private tier"]),
        ([], [], []),
    ],
    ids=["opened", "closed", "not known yet", "unchanged", "deleted", "no change"],
)
def test_a_preview_is_compared_with_the_state(results: list[Metadata], added: list[str], removed: list[str]) -> None:
    """What its events change shows; what it cannot know does not."""
    more, fewer = reach.difference(reach.rows_of(BASE), reach.rows_of(planned(BASE, results)))
    assert [row.who for row in more] == added
    assert [row.who for row in fewer] == removed


def test_new_resources_of_a_preview_count() -> None:
    """One whose references are known is read whole."""
    rule = Res(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "hole",
        {
            "securityGroupId": "db-sg-id",
            "ipProtocol": "tcp",
            "fromPort": 5432,
            "toPort": 5432,
            "cidrIpv4": "10.0.0.0/24",
        },
    )
    (entry,) = exported([rule])
    rows = reach.rows_of(planned(BASE, [result("create", {**entry, "id": ""})]))
    assert [row.who for row in rows] == ["private tier", "public tier"]


def test_what_is_being_deleted_is_left_out() -> None:
    """A state holds what a replacement has yet to delete."""
    doomed = [{**entry, "delete": True} for entry in BASE]
    assert as_policy_resources(doomed) == []
    assert planned(doomed, []) == []
