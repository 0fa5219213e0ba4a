"""SEC-05: the tailnet's policy names who reaches what, and its tests would notice a mistake."""

import json
from typing import Any

import pytest

from models.access import tailscale
from models.access.loader import load_access
from policy.rules.sec_05.acl import ACL, RULE
from stacks.environments import ENVIRONMENTS
from tests.policy.support.blocks import judge, messages
from tests.support.resources import UNKNOWN, Case, Res

ADA, BOB = "ada@nationgraph.example", "bob@nationgraph.example"
POLICY: dict[str, Any] = {
    "groups": {"group:eng": [ADA, BOB]},
    "hosts": {"db": "10.0.72.0/24"},
    "acls": [
        {"action": "accept", "src": ["group:eng"], "proto": "tcp", "dst": ["db:5432,6432"]},
        {"action": "accept", "src": ["tag:ci"], "proto": "tcp", "dst": ["tag:argocd:443"]},
    ],
    "tests": [
        *({"src": who, "accept": ["10.0.72.1:5432", "10.0.72.2:6432"], "deny": ["10.0.72.1:22"]} for who in (ADA, BOB)),
        {"src": "tag:ci", "accept": ["tag:argocd:443"], "deny": ["10.0.72.1:5432"]},
    ],
}  # fmt: skip


def policy(**sections: Any) -> list[Res]:
    """The policy with some sections replaced; None leaves one out."""
    whole = {key: value for key, value in {**POLICY, **sections}.items() if value is not None}
    return [Res(ACL, "policy", {"acl": json.dumps(whole)})]


def rule(src: str = "group:eng", dst: str = "db:5432", **other: Any) -> dict[str, Any]:
    """One rule."""
    return {"action": "accept", "src": [src], "dst": [dst], **other}


def grant(src: str, dst: str, ip: str) -> dict[str, Any]:
    """One rule of the newer form."""
    return {"src": [src], "dst": [dst], "ip": [ip]}


def lacking(who: str, key: str) -> list[dict[str, Any]]:
    """The tests, of which one lost a section."""
    return [{k: v for k, v in test.items() if test["src"] != who or k != key} for test in POLICY["tests"]]


CASES = [
    Case("pass", "named and tested", policy()),
    Case("pass", "nothing is granted", policy(acls=[], tests=None)),
    Case("pass", "newer form", policy(acls=None, grants=[grant("tag:ci", "tag:argocd", "tcp:443")])),
    Case("pass", "comments", [Res(ACL, "policy", {"acl": "// who\n" + json.dumps(POLICY)[:-1] + ",}"})]),
    Case("pass", "ICMP", policy(acls=[rule(proto="icmp", dst="db:*")], tests=None)),
    Case("pass", "ICMP in the newer form", policy(acls=None, tests=None, grants=[grant("tag:ci", "tag:x", "icmp:*")])),
    Case(
        "pass",
        "within an application",
        policy(
            acls=None,
            tests=None,
            grants=[{"src": ["group:eng"], "dst": ["tag:argocd"], "app": {"example.com/cap": [{"role": "read"}]}}],
        ),
    ),
    Case("pass", "a service", policy(acls=None, tests=None, grants=[grant("group:eng", "svc:web", "tcp:443")])),
    Case("pass", "own devices", policy(acls=[rule(dst="autogroup:self:22")], tests=None)),
    Case(
        "pass",
        "a range with tests of two ports",
        policy(
            acls=[rule(dst="db:8000-8100")],
            tests=[
                {"src": who, "accept": ["10.0.72.1:8000", "10.0.72.1:8100"], "deny": ["10.0.72.1:22"]}
                for who in (ADA, BOB)
            ],
        ),
    ),
    Case(
        "pass", "a set of addresses", policy(ipsets={"ipset:x": ["add 10.0.72.0/24"]}, acls=[rule(dst="ipset:x:5432")])
    ),
    Case(
        "pass",
        "the group itself is tested",
        policy(acls=[rule()], tests=[{"src": "group:eng", "accept": ["10.0.72.1:5432"], "deny": ["10.0.72.1:22"]}]),
    ),
    Case("pass", "a role, which no test can name", policy(acls=[rule(src="autogroup:admin")])),
    Case(
        "pass",
        "postures and attributes",
        policy(
            postures={"posture:x": ["node:os == 'linux'"]},
            defaultSrcPosture=["posture:x"],
            nodeAttrs=[{"target": ["tag:x"], "attr": ["randomize-client-port"]}],
        ),
    ),
    Case(
        "pass", "capitals", policy(acls=None, ACLs=[{"Action": "accept", "Src": ["tag:ci"], "Dst": ["tag:argocd:443"]}])
    ),
    Case("pass", "SSH for a group", policy(ssh=[{"src": ["group:eng"], "dst": ["tag:x"], "users": ["ubuntu"]}])),
    Case(
        "fail",
        "older names",
        policy(acls=[{"action": "accept", "users": ["*"], "ports": ["*:*"]}]),
        ["acls[0].src holds '*'", "acls[0].dst holds '*'", "opens every port of '*'"],
    ),
    Case(
        "fail",
        "older names in capitals",
        policy(acls=None, ACLS=[{"Users": ["*"], "PORTS": ["db:22"]}]),
        ["acls[0].src"],
    ),
    Case(
        "fail",
        "grants in capitals",
        policy(acls=None, Grants=[{"SRC": ["*"], "Dst": ["db"], "IP": ["*"]}]),
        ["grants[0].src"],
    ),
    Case(
        "fail", "neither acls nor grants", policy(acls=None, tests=None), ["acls and grants are absent, must be a list"]
    ),
    Case(
        "fail", "null", [Res(ACL, "policy", {"acl": '{"acls": null, "grants": null}'})], ["acls and grants are absent"]
    ),
    Case(
        "fail",
        "SSH for everyone in such a file",
        policy(acls=None, SSH=[{"Src": ["*"], "Users": ["root"]}]),
        ["ssh[0]"],
    ),
    Case(
        "fail",
        "SSH for every member",
        policy(ssh=[{"src": ["autogroup:member"], "dst": ["tag:x"], "users": ["a"]}]),
        ["ssh[0]"],
    ),
    Case("fail", "every device", policy(acls=[rule(src="100.64.0.0/10")]), ["src holds '100.64.0.0/10'"]),
    Case(
        "fail",
        "everything by a name",
        policy(hosts={"all": "0.0.0.0/0"}, acls=[rule(dst="all:22")]),
        ["dst holds 'all'"],
    ),
    Case(
        "fail",
        "everything in halves",
        policy(acls=[{**rule(), "dst": ["0.0.0.0/1:22", "128.0.0.0/1:22"]}]),
        ["'0.0.0.0/1'"],
    ),
    Case("fail", "nearly every port", policy(acls=[rule(dst="db:1-65534")]), ["opens every port of 'db'"]),
    Case(
        "fail",
        "everyone, within an application",
        policy(acls=None, grants=[{"src": ["*"], "dst": ["tag:x"], "app": {"example.com/cap": [{}]}}]),
        ["grants[0].src holds '*'"],
    ),
    Case(
        "fail", "a node on the internet", policy(nodeAttrs=[{"target": ["*"], "attr": ["funnel"]}]), ["holds 'funnel'"]
    ),
    Case(
        "fail", "a range without a test", policy(acls=[rule(dst="db:8000-8100")]), ["no test accepts", "db:8000-8100"]
    ),
    Case("fail", "a word for a rule", policy(acls=["accept"]), ["acls[0] is text, must be an object"]),
    Case("fail", "an object for rules", policy(acls={}), ["acls is an object, must be a list"]),
    Case("fail", "everyone", policy(acls=[rule(src="*")]), ["policy: acls[0].src holds '*', must name groups or tags"]),
    Case("fail", "every member", policy(acls=[rule(src="autogroup:member")]), ["src holds 'autogroup:member'"]),
    Case("fail", "everything", policy(acls=[rule(dst="*:*")]), ["acls[0].dst holds '*'", "opens every port of '*'"]),
    Case("fail", "every port", policy(acls=[rule(dst="db:*")]), ["acls[0].dst opens every port of 'db'"]),
    Case("fail", "all ports by range", policy(acls=[rule(dst="db:0-65535")]), ["opens every port of 'db'"]),
    Case("fail", "the internet", policy(acls=[rule(dst="autogroup:internet:443")]), ["dst holds 'autogroup:internet'"]),
    Case("fail", "all addresses", policy(acls=[rule(dst="0.0.0.0/0:443")]), ["dst holds '0.0.0.0/0'"]),
    Case("fail", "newer form, everything", policy(grants=[grant("*", "*", "*")]), ["grants[0].src"]),
    Case("fail", "SSH as root", policy(ssh=[{"src": ["group:eng"], "users": ["root"]}]), ["ssh[0] lets everyone in"]),
    Case("fail", "member without a test", policy(tests=POLICY["tests"][1:]), [f"acls[0]: tests say nothing of {ADA}"]),
    Case("fail", "tag without a test", policy(tests=POLICY["tests"][:2]), ["acls[1]: tests say nothing of tag:ci"]),
    Case("fail", "nothing denied", policy(tests=lacking(BOB, "deny")), [f"say nothing of {BOB} under deny"]),
    Case("fail", "nothing accepted", policy(tests=lacking("tag:ci", "accept")), ["of tag:ci under accept"]),
    Case(
        "fail",
        "port without a test",
        policy(acls=[rule(dst="db:5432,9090"), POLICY["acls"][1]]),
        [f"acls[0]: no test accepts {ADA} at db:5432,9090"],
    ),
    Case("fail", "no rules at all", [Res(ACL, "policy", {"acl": "{ // who\n}"})], ["acls and grants are absent"]),
    Case("fail", "no policy file", [Res(ACL, "policy", {"acl": "{ who }"})], ["acl is absent or no policy file"]),
    Case("absent", "policy", [Res(ACL, "policy", {})], ["acl is absent"]),
    Case("absent", "tests", policy(tests=None), ["tests are absent, must say who is accepted and who is denied"]),
    Case("unknown", "policy", [Res(ACL, "policy", {"acl": UNKNOWN})]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_compiled_policies_obey(stack: str) -> None:
    """What is put in force in each environment, with the resolver, satisfies the rule."""
    cidrs = {"private": ["10.0.0.0/20"], "database": ["10.0.144.0/23"], "analytics": ["10.0.160.0/23"]}
    compiled = tailscale.policy(load_access().for_environment(stack), cidrs, resolver="10.0.0.2")
    assert messages(RULE, [Res(ACL, "policy", {"acl": json.dumps(compiled)})]) == []
