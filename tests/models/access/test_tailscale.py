"""SEC-05: the compiled policy says what the access model says, and its own tests would notice if it did not."""

import copy
import ipaddress
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.access.firewall import ROUTERS, rules
from models.access.loader import load_access
from models.access.model import ENVIRONMENTS, Access
from models.access.tailscale import UNRELATED_PORT, for_headscale, policy, render
from sandbox.tailscale.policy import Policy, PolicyError, check, load
from tests.models.support.access_models import CIDRS, PORTS, models
from tests.support.depth import DEEP, deep

HEALTHY = {"node:os": "linux", "node:tsReleaseTrack": "stable", "node:tsVersion": "1.102.5"}
EVERY_PORT = (UNRELATED_PORT, *PORTS)


def targets(access: Access, resource: str) -> list[str]:
    """What a connection to the resource is addressed to: its tag, or first, middle and last of each subnet."""
    found = access.resources[resource]
    if found.reached == "node":
        return [f"tag:{resource}"]
    networks = [ipaddress.IPv4Network(cidr) for cidr in CIDRS[found.tier]]
    return [str(net[index]) for net in networks for index in (0, net.num_addresses // 2, -1)]


def source(access: Access, group: str) -> str:
    """The group as the policy names it."""
    return f"{'group' if access.groups[group].kind == 'people' else 'tag'}:{group}"


def matrix(access: Access) -> Iterator[tuple[tuple[str, ...], str, int, bool]]:
    """Everybody on the tailnet by their groups, x resource x port, and whether the model allows it."""
    sources = [(person, groups) for person, groups in access.people().items()]
    sources += [(f"tag:{name}", (name,)) for name, group in access.groups.items() if group.kind == "machines"]
    for name, groups in sources:
        for resource, found in access.resources.items():
            for port in EVERY_PORT:
                near = [
                    other
                    for other, value in access.resources.items()
                    if other == resource or (found.reached == value.reached == "router" and value.tier == found.tier)
                ]
                allowed = any(access.allows(group, other, port) for group in groups for other in near)
                yield (name, *groups), resource, port, allowed


def answers(access: Access, compiled: Policy) -> list[tuple[str, str, int]]:
    """Each place in the matrix where policy and model differ."""
    return [
        (who[0], target, port)
        for who, resource, port, allowed in matrix(access)
        for target in targets(access, resource)
        if compiled.allows(who[0], target, port, attributes=HEALTHY) != allowed
    ]


@settings(max_examples=80, deadline=None)
@given(access=models())
def test_policy_and_model_agree_everywhere(access: Access) -> None:
    """Person or tag x resource x port, granted and refused; the generated tests pass; the text is accepted."""
    compiled = check(render(policy(access, CIDRS)))
    assert answers(access, compiled) == []
    for grant in access.grants:
        if access.groups[grant.group].on_tailnet:
            for target in targets(access, grant.resource):
                assert all(
                    compiled.allows(source(access, grant.group), target, p, attributes=HEALTHY) for p in grant.ports
                )
    for who, resource, port, allowed in matrix(access):
        if allowed:
            target = targets(access, resource)[0]
            assert not compiled.allows(who[0], target, port, proto="udp", attributes=HEALTHY)
            assert not compiled.allows(who[0], target, port)  # a device without posture


def universe(access: Access) -> list[int]:
    """The ports that anything has, and one that nothing has."""
    return sorted({UNRELATED_PORT, *(port for resource in access.resources.values() for port in resource.ports)})


@st.composite
def mutants(draw: st.DrawFn, access: Access, compiled: dict[str, Any]) -> dict[str, Any]:
    """The policy with a rule removed, or with a rule, a group or a host widened or narrowed."""
    wrong = copy.deepcopy(compiled)
    kinds = ["remove", "port", "every port", "destination", "source", "narrow", "everywhere", "exit", "udp", "member"]
    kind = draw(st.sampled_from([*kinds, "host"] if wrong["hosts"] else kinds))
    if kind == "remove":
        wrong["acls"].remove(draw(st.sampled_from(wrong["acls"])))
    elif kind == "member":
        members = wrong["groups"][draw(st.sampled_from(sorted(wrong["groups"])))]
        person = draw(st.sampled_from(sorted(access.people())))
        (members.remove if person in members else members.append)(person)
    elif kind == "host":
        network = draw(st.sampled_from(["0.0.0.0/0", *wrong["autoApprovers"]["routes"]]))
        wrong["hosts"][draw(st.sampled_from(sorted(wrong["hosts"])))] = network
    else:
        hosts, groups = [*wrong["tagOwners"], *wrong["hosts"]], sorted(wrong["groups"])
        extra = f"{draw(st.sampled_from(hosts))}:{draw(st.sampled_from(universe(access)))}"
        spoil(draw(st.sampled_from(wrong["acls"])), kind, extra, draw(st.sampled_from(groups)))
    return wrong


def spoil(rule: dict[str, Any], kind: str, extra: str, group: str) -> None:
    """One rule changed in place."""
    port = extra.rpartition(":")[2]
    match kind:
        case "port":
            rule["dst"] = [f"{destination},{port}" for destination in rule["dst"]]
        case "every port":
            rule["dst"] = [f"{destination.rpartition(':')[0]}:*" for destination in rule["dst"]]
        case "destination":
            rule["dst"].append(extra)
        case "source":
            rule["src"].append(group)
        case "narrow":
            rule["dst"] = rule["dst"][1:] or ["203.0.113.1:1"]
        case "everywhere":
            rule["dst"] = ["*:443"]
        case "exit":
            rule["dst"].append(f"autogroup:internet:{port}")
        case "udp":
            del rule["proto"]


def reach(access: Access, compiled: Policy) -> set[tuple[str, str, int, str]]:
    """Everything that anybody or any tag reaches, inside and outside."""
    sources = [*access.people(), *(tag for tag in compiled.data["tagOwners"] if tag != "tag:router")]
    tiers = {resource.tier for resource in access.resources.values() if resource.reached == "router"}
    inside = [str(ipaddress.IPv4Network(cidr)[index]) for tier in tiers for cidr in CIDRS[tier] for index in (0, -1)]
    places = [*inside, *compiled.data["tagOwners"], "8.8.8.8"]
    return {
        (who, place, port, proto)
        for who in sources
        for place in places
        for port in universe(access)
        for proto in ("tcp", "udp")
        if compiled.allows(who, place, port, proto=proto, attributes=HEALTHY)
    }


@deep
def test_a_changed_policy_fails_its_own_tests() -> None:
    """Where a change gives or takes TCP, or opens UDP on what is refused, a generated test fails; else none does."""
    caught = []

    @settings(max_examples=90 if DEEP else 40, deadline=None)
    @given(data=st.data(), access=models())
    def changes(data: st.DataObject, access: Access) -> None:
        right = policy(access, CIDRS)
        assume(right["acls"])
        mutant = load(render(data.draw(mutants(access, right))))
        before, after = reach(access, load(render(right))), reach(access, mutant)
        accepted = {place[:3] for place in before}
        changed = {place for place in before ^ after if place[3] == "tcp" or place[:3] not in accepted}
        assert bool(mutant.failures()) == bool(changed)
        caught.append(bool(changed))

    changes()
    print(f"changed policies caught by their own tests: {sum(caught)} of {sum(caught)}")
    assert sum(caught) > 20


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_companys_policy_says_what_its_model_says(environment: str) -> None:
    """For every person and tag x resource x port; the matrix is counted, and both verdicts occur."""
    access = load_access().for_environment(environment)
    compiled = check(render(policy(access, CIDRS)))
    wrong = answers(access, compiled)
    verdicts = [allowed for *_, allowed in matrix(access)]
    print(f"{environment}: {len(verdicts) - len(wrong)} of {len(verdicts)} as the model says, {sum(verdicts)} accepted")
    assert wrong == []
    assert 0 < sum(verdicts) < len(verdicts)


def test_the_policy_is_deterministic() -> None:
    """The order in which the file lists things changes no byte."""
    access = load_access().for_environment("production")
    turned = Access(
        groups=dict(reversed(access.groups.items())),
        resources=dict(reversed(access.resources.items())),
        grants=tuple(reversed(access.grants)),
    )
    cidrs = {tier: tuple(reversed(nets)) for tier, nets in reversed(CIDRS.items())}
    assert render(policy(turned, cidrs)) == render(policy(access, CIDRS))


def test_only_private_ranges_are_approved_and_only_for_routers() -> None:
    """Routes are those of the private and data tiers; the public tier has none, and no tag has an owner but admins."""
    compiled = policy(load_access(), CIDRS)
    routes = compiled["autoApprovers"]["routes"]
    assert sorted(routes) == sorted(net for tier in ("private", "database", "analytics") for net in CIDRS[tier])
    assert {tuple(approvers) for approvers in routes.values()} == {("tag:router",)}
    assert set(map(tuple, compiled["tagOwners"].values())) == {()}
    assert "*" not in json.dumps(compiled["acls"])


def test_headscale_gets_the_same_access() -> None:
    """Less postures and tests, of which headscale knows nothing; no rule differs."""
    compiled = policy(load_access(), CIDRS)
    assert set(for_headscale(compiled)) == {"groups", "tagOwners", "autoApprovers", "hosts", "acls", "ssh"}
    assert for_headscale(compiled)["acls"] == compiled["acls"]


@pytest.mark.parametrize(
    ("cidrs", "says"),
    [
        ({"private": CIDRS["private"]}, "core-database lies in tier 'database', which has no CIDRs"),
        (CIDRS | {"database": ["10.9.72.1/23"]}, "tier database: 10.9.72.1/23 has host bits set"),
    ],
)
def test_subnets_that_cannot_be_are_refused(cidrs: dict[str, Any], says: str) -> None:
    """Missing or malformed CIDRs stop the compilation: a policy without them would refuse in silence."""
    with pytest.raises(ValueError, match=says):
        policy(load_access(), cidrs)


def test_a_test_that_fails_names_person_and_address() -> None:
    """The words are those of the service."""
    compiled = policy(load_access().for_environment("production"), CIDRS)
    compiled["acls"] = [rule for rule in compiled["acls"] if rule["src"] != ["group:support"]]
    with pytest.raises(PolicyError) as error:
        check(render(compiled))
    message = 'address "tag:grafana:443": want: Accept, got: Drop'
    assert error.value.response() == {
        "message": "test(s) failed",
        "data": [{"user": f"{who}@nationgraph.example", "errors": [message]} for who in ("joan", "karen")],
    }


@settings(max_examples=100, deadline=None)
@given(access=models())
def test_the_firewall_admits_what_is_granted(access: Access) -> None:
    """Routers are admitted to a port exactly where somebody on the tailnet has it; workloads' subnets and functions'
    groups likewise.
    """
    for name, resource in access.resources.items():
        found = {(rule.source, rule.port) for rule in rules(access, name, CIDRS)}
        wanted = set()
        for grant in (grant for grant in access.grants if grant.resource == name):
            group = access.groups[grant.group]
            outside = (ROUTERS,) if resource.reached == "router" else ()
            sources = CIDRS[group.tier] if group.tier else outside if group.on_tailnet else (grant.group,)
            wanted |= {(origin, port) for origin in sources for port in grant.ports}
        assert found == wanted
        assert rules(access, name, CIDRS) == sorted(rules(access, name, CIDRS))


def test_the_firewall_needs_the_subnets_of_workloads() -> None:
    """Without them nothing would be admitted, in silence."""
    with pytest.raises(ValueError, match="migrations runs in tier 'private', which has no CIDRs"):
        rules(load_access(), "core-database", {})
