"""The layer of access: one tailnet each, the resolver open to those who are granted something, ports of the model."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.iam.github import claims
from layers.access import _forwards, _model, policy_link
from models.access import tailscale
from models.access.loader import ACCESS, load_access
from sandbox.tailscale import policy as service
from stacks.environments import ENVIRONMENTS
from stacks.files import FOLDER
from stacks.settings import load_file

CIDRS = {
    "private": ("10.0.0.0/20", "10.0.16.0/20"),
    "database": ("10.0.144.0/23", "10.0.146.0/23"),
    "analytics": ("10.0.160.0/23", "10.0.162.0/23"),
}
RESOLVER = "10.0.0.2"


def compiled(stack: str) -> dict[str, Any]:
    """The policy of a stack as it is put in force."""
    return tailscale.policy(load_access().for_environment(stack), CIDRS, resolver=RESOLVER)


def test_no_two_stacks_share_a_tailnet() -> None:
    """A mistake in one environment's policy cannot reach another."""
    names = [load_file(FOLDER / f"Pulumi.{stack}.yaml").tailnet for stack in ENVIRONMENTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_service_takes_the_policy_with_the_resolver(stack: str) -> None:
    """Its own tests pass, those about the resolver among them."""
    service.check(json.dumps(compiled(stack)))


@pytest.mark.parametrize("proto", ["tcp", "udp"])
def test_names_are_asked_by_those_who_reach_something(proto: str) -> None:
    """By both protocols of DNS; by nobody who is granted nothing; and the resolver alone is open."""
    policy = service.load(json.dumps(compiled("production")))
    version = f"{tailscale.MINIMUM_VERSION}.0"
    attributes = {"node:os": "linux", "node:tsReleaseTrack": "stable", "node:tsVersion": version}

    def may(source: str, address: str) -> bool:
        return policy.allows(source, address, 53, proto=proto, attributes=attributes)

    assert may("ada@nationgraph.example", RESOLVER)
    assert may("tag:ci", RESOLVER)
    assert not may("tag:grafana", RESOLVER)
    assert not may("sam@studio.example", RESOLVER)
    assert not may("ada@nationgraph.example", "10.0.0.3")


def test_tests_would_notice_a_resolver_that_is_closed_or_open_to_all() -> None:
    """Without the rule, or with everyone in it, the service refuses the policy."""
    policy = compiled("production")
    with pytest.raises(service.PolicyError, match=r"10.0.0.2:53.*want: Accept, got: Drop"):
        service.check(json.dumps({**policy, "acls": policy["acls"][:-1]}))
    wider = {**policy["acls"][-1], "src": ["autogroup:member", "tag:grafana", *policy["acls"][-1]["src"]]}
    with pytest.raises(service.PolicyError, match=r"10.0.0.2:53.*want: Drop, got: Accept"):
        service.check(json.dumps({**policy, "acls": [*policy["acls"][:-1], wider]}))


def test_nothing_granted_opens_nothing() -> None:
    """A rule without a source would be refused by the service."""
    empty = load_access().model_copy(update={"grants": ()})
    assert tailscale.policy(empty, CIDRS, resolver=RESOLVER) == tailscale.policy(empty, CIDRS)


def test_routers_forward_what_the_model_grants() -> None:
    """By tier, the ports that some grant of people or machines names; in production no debug ports."""
    production = {tuple(f.cidrs): tuple(f.ports) for f in _forwards(load_access().for_environment("production"), CIDRS)}
    assert set(production) == {CIDRS["analytics"], CIDRS["database"], CIDRS["private"]}
    assert production[CIDRS["private"]] == (443, 9090)
    for tier in ("analytics", "database"):
        databases = [r for r in load_access().resources.values() if r.kind == "database" and r.tier == tier]
        assert set(production[CIDRS[tier]]) == {port for resource in databases for port in resource.ports}


def test_a_wrong_model_stops_the_program_with_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the engine prints a RunError: each problem with file, line and fix, and no traceback."""
    wrong = tmp_path / "access.yaml"
    wrong.write_text(ACCESS.read_text(encoding="utf-8").replace("group: data", "group: date"), encoding="utf-8")
    monkeypatch.setattr("layers.access.load_access", partial(load_access, wrong))
    with pytest.raises(
        pulumi.RunError,
        match=r"access.yaml:\d+: grants.6.group: 'date': there is no such group; fix: did you mean data",
    ):
        _model("production")


def test_links_have_no_immutable_ids() -> None:
    """GitHub's pages know a repository by its name; what trusts it needs the ids as they are given."""
    settings = load_file(FOLDER / "Pulumi.dev.yaml")
    with_ids = replace(settings, github_repository="nationgraph@123/platform@456")
    links = [policy_link(repository) for repository in (settings.github_repository, with_ids.github_repository)]
    assert links == ["https://github.com/nationgraph/platform/blob/main/catalog/access.yaml"] * 2
    identity = claims(with_ids.github_repository)
    assert identity == {"repository": "nationgraph/platform", "repository_id": "456"}
