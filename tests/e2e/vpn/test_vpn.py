"""SEC-05, SEC-06, ENB-03: on a real tailnet, each group reaches what the access model grants, and nothing else."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.access.model import ENVIRONMENTS, Access
from tests.e2e.vpn.support.lab import Enforced, Lab, Verdict
from tests.e2e.vpn.support.translate import DOOR, matrix, without
from tests.support.depth import DEEP, deep

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).parents[3] / "components" / "vpn" / "router.sh"
ON_CALL, DATABASE = "on-call", "core-database"
USER, PASSWORD = "lab", "made-up-for-the-lab"
SHOWN = {"silence": "silent", "no route": "no way"}


@pytest.fixture
def production(lab: Lab) -> Access:
    """The grants of production."""
    return lab.access.for_environment("production")


@pytest.fixture
def login(lab: Lab) -> None:
    """Somebody who may log in to the database server, wherever the network lets them."""
    if not lab.postgres.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (USER,)):
        lab.postgres.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
    lab.postgres.cut(USER)


def show(verdicts: Sequence[Verdict]) -> None:
    """Print the matrix, a row for each resource and port."""
    groups = list(dict.fromkeys(verdict.cell.group for verdict in verdicts))
    rows: dict[tuple[str, int], dict[str, str]] = {}
    for verdict in verdicts:
        seen = "OPEN" if verdict.answer else SHOWN.get(verdict.why or "", str(verdict.why))
        cell = verdict.cell
        rows.setdefault((cell.resource, cell.port), {})[cell.group] = seen if verdict.right else f"{seen} (WRONG)"
    print(f"{'':24}" + "".join(f"{group:>13}" for group in groups))
    for (resource, port), row in rows.items():
        print(f"{resource + ':' + str(port):24}" + "".join(f"{row[group]:>13}" for group in groups))


def report(title: str, enforced: Enforced) -> None:
    """Print how much is as it should be, and the matrix."""
    right, count = len(enforced.verdicts) - len(enforced.wrong), len(enforced.verdicts)
    print(f"\n{title}: {right} of {count} as the access model says, {enforced.seconds:.1f} s after the reload")
    show(enforced.verdicts)


@deep
@pytest.mark.parametrize("environment", ENVIRONMENTS if DEEP else ["production"])
def test_each_group_reaches_what_it_was_granted_and_nothing_else(lab: Lab, environment: str) -> None:
    """Every group x resource x port, one without any grant and the routers' SSH included, in each environment."""
    enforced = lab.enforce(lab.access.for_environment(environment))
    report(environment, enforced)
    assert enforced.wrong == []
    assert {verdict.cell.allowed for verdict in enforced.verdicts} == {True, False}


def test_the_filter_denies_even_where_every_way_is_known(lab: Lab, production: Access) -> None:
    """With a harmless port of everything open to everybody, every other verdict stays, and each denial is silence."""
    enforced = lab.enforce(production, doors=True)
    report(f"production, and port {DOOR} open to everybody", enforced)
    assert enforced.wrong == []
    assert {verdict.why for verdict in enforced.verdicts if not verdict.cell.allowed} == {"silence"}


def test_a_wrong_policy_is_seen(lab: Lab, production: Access) -> None:
    """Under the policy of dev, questions of production are answered wrongly where the two differ, and only there."""
    dev = lab.access.for_environment("dev")
    assert lab.enforce(dev).wrong == []
    asked = list(matrix(production))
    wrong = {verdict.cell for verdict in lab.ask(asked) if not verdict.right}
    differ = {cell for cell in asked if dev.allows(cell.group, cell.resource, cell.port) is not cell.allowed}
    print(f"\nproduction's questions under dev's policy: {len(wrong)} wrong answers, {len(differ)} differences")
    assert wrong == differ != set()


def test_direct_and_relayed_ways_give_the_same_verdicts(lab: Lab, production: Access) -> None:
    """One group's node reaches its peers through the relay alone, as behind a firewall; the others go direct."""
    assert lab.enforce(production, doors=True).wrong == []
    ways = {
        name: {"direct" if peer["CurAddr"] else "relayed" for peer in node.status()["Peer"].values() if peer["Active"]}
        for name, node in lab.groups.items()
    }
    print(f"\n{ways}")
    assert ways == {name: {"relayed" if node.relay else "direct"} for name, node in lab.groups.items()}


def test_both_routers_of_a_healthy_pair_find_themselves_healthy(lab: Lab) -> None:
    """The one that leads and its standby; one that does not offer a route of the network is not."""
    lab.enforce(lab.access.for_environment("production"))
    lab.control.await_routers(lab.routers, lab.routes)
    leads = {name: bool(router.primary) for name, router in lab.control.routers().items()}
    found = {name: router.advertises(SCRIPT, lab.routes) for name, router in lab.routers.items()}
    print(f"\nleads: {leads}; the script says: {found}")
    assert sorted(leads.values()) == [False, True], "the lab has no standby to judge"
    assert set(found.values()) == {0}
    more = [*lab.routes, "10.9.9.0/24"]
    assert {router.advertises(SCRIPT, more) for router in lab.routers.values()} == {1}


@pytest.mark.usefixtures("login")
def test_a_killed_router_is_replaced_by_the_other(lab: Lab, production: Access) -> None:
    """Logins to PostgreSQL go through the first router, whose address the server sees, and then through the other."""
    assert lab.enforce(production).wrong == []
    route = lab.route_to(DATABASE)
    first = lab.control.primary(route)
    (other,) = set(lab.routers) - {first}
    with lab.watch(ON_CALL, DATABASE, USER, PASSWORD) as watch:
        before = watch.first("fresh", ok=True, after=0)
        watch.first("kept", ok=True, after=0)
        killed = lab.routers[first].kill()
        after = watch.first("fresh", ok=True, after=killed + 1)
        answers = [said["at"] - killed for said in watch.outcomes("kept") if said["ok"]]
    print(f"\nbefore: {before['server']}; {first} killed")
    print(f"{after['at'] - killed:.1f} s later: {after['server']}")
    print(
        f"the session that was open: last answer {max(answers[-1], 0):.1f} s after the kill, so clients must reconnect"
    )
    assert lab.inner[first] in before["server"]
    assert lab.inner[other] in after["server"]
    assert lab.routers[other].advertises(SCRIPT, lab.routes) == 0, "the one that took over must stay"
    assert answers[-1] < 1
    lab.routers[first].start()
    lab.control.await_routers(lab.routers, lab.routes)
    assert {router.advertises(SCRIPT, lab.routes) for router in lab.routers.values()} == {0}
    assert lab.control.primary(route) == other, "a router that comes back must not cut sessions a second time"


@pytest.mark.usefixtures("login")
@deep
@pytest.mark.parametrize(
    "doors", [False, True] if DEEP else [False], ids={False: "the-only-way", True: "one-of-two-ways"}.get
)
def test_a_removed_grant_cuts_access(lab: Lab, production: Access, doors: bool) -> None:  # noqa: FBT001
    """Fresh logins end with the grant. An open session ends with it only where no other grant leads to that subnet.

    The filter looks at the first packet of a connection. What cuts an open session is the route that a node loses
    with its last grant; while it has another one, the session lives until the database ends it.
    """
    assert lab.enforce(production, doors=doors).wrong == []
    with lab.watch(ON_CALL, DATABASE, USER, PASSWORD) as watch:
        watch.first("kept", ok=True, after=watch.first("fresh", ok=True, after=0)["at"])
        removed = lab.enforce(without(production, ON_CALL, DATABASE), doors=doors)
        assert removed.wrong == []
        settled = time.time()
        time.sleep(1)
        logins = [said["at"] for said in watch.outcomes("fresh") if said["ok"]]
        answers = [said["at"] for said in watch.outcomes("kept") if said["ok"]]
        print(f"\ngrant removed: last login {max(logins[-1] - removed.began, 0):.1f} s after the reload")
        lives = "and goes on" if answers[-1] > settled else f"none in {time.time() - answers[-1]:.1f} s since"
        print(f"the open session: last answer {answers[-1] - removed.began:.1f} s after the reload, {lives}")
        assert logins[-1] < settled
        assert (answers[-1] > settled) is doors
        ended, cut = lab.postgres.cut(USER), time.time()
        print(f"ended by the database: {ended} session(s) that it still held")
        assert ended >= 1  # a login that was cut half-way may be among them
        if doors:
            watch.first("kept", ok=False, after=cut - 1)
        assert not [said for said in watch.outcomes("fresh") if said["ok"] and said["at"] > settled]
