"""Policies with one mistake each, and policies with the question that they answer."""

import json
from typing import Any

BASE: dict[str, Any] = {
    "groups": {"group:eng": ["ada@a.example", "bob@a.example"], "group:ops": ["ada@a.example"]},
    "tagOwners": {"tag:router": ["group:ops"], "tag:ci": [], "tag:db": ["autogroup:admin", "tag:ci"]},
    "hosts": {"db": "10.0.0.0/24", "one": "10.0.0.7"},
    "ipsets": {"ipset:data": ["add 10.1.0.0/16", "remove 10.1.9.0/24", "db"]},
    "postures": {
        "posture:new": ["node:tsVersion >= '1.40'", "node:os IN ['linux', 'macos']"],
        "posture:managed": {"assertions": ["custom:managed"]},
    },
}
ALLOW = {"action": "accept", "src": ["group:eng"], "dst": ["db:5432"]}
SSH = {"action": "accept", "src": ["group:ops"], "dst": ["tag:db"], "users": ["ubuntu"]}


def text(**sections: Any) -> str:
    """A policy with these sections beside, or in place of, those of the base."""
    return json.dumps(BASE | sections)


def acl(**changes: Any) -> dict[str, Any]:
    """One rule that is right but for the changes."""
    return {"acls": [ALLOW | changes]}


def grant(**changes: Any) -> dict[str, Any]:
    """One grant that is right but for the changes."""
    return {"grants": [{"src": ["group:eng"], "dst": ["db"], "ip": ["tcp:5432"]} | changes]}


def ssh(**changes: Any) -> dict[str, Any]:
    """One SSH rule that is right but for the changes."""
    return {"ssh": [SSH | changes]}


def policy_test(**test: Any) -> dict[str, Any]:
    """One test beside one rule."""
    return {"acls": [ALLOW], "tests": [{"src": "ada@a.example"} | test]}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"acl": []}, "unknown field 'acl'"),
    ({"acls": {}}, "acls must be a list"),
    ({"ACLS": [], "acls": []}, "given twice in different case"),
    ({"groups": []}, "groups must be an object"),
    ({"groups": {"eng": []}}, "must start with 'group:'"),
    ({"groups": {"group:a": ["group:b"]}}, "nested groups are not allowed, found 'group:b'"),
    ({"groups": {"group:a": ["ada"]}}, "invalid member 'ada'"),
    ({"groups": {"group:a": "ada@a.example"}}, "members must be a list"),
    ({"groups": {"group:a": ["tag:ci"]}}, "invalid member 'tag:ci'"),
    ({"tagOwners": {"router": []}}, "tags must start with 'tag:'"),
    ({"tagOwners": {"tag:": []}}, "tag names must not be empty"),
    ({"tagOwners": {"tag:1a": []}}, "must start with a letter"),
    ({"tagOwners": {"tag:a_b": []}}, "can only contain numbers, letters, or dashes"),
    ({"tagOwners": {"tag:a": ["group:none"]}}, "group not found: 'group:none'"),
    ({"tagOwners": {"tag:a": ["tag:none"]}}, "tag not found: 'tag:none'"),
    ({"tagOwners": {"tag:a": ["*"]}}, "any is not allowed here"),
    ({"tagOwners": {"tag:a": ["autogroup:self"]}}, "'autogroup:self' is not supported as owner"),
    ({"tagOwners": {"tag:a": "ada@a.example"}}, "want a list of strings"),
    ({"hosts": {"a@b": "10.0.0.1"}}, "host name 'a@b' is invalid"),
    ({"hosts": {"tag:a": "10.0.0.1"}}, "host name 'tag:a' is invalid"),
    ({"hosts": {"10.0.0.1": "10.0.0.1"}}, "host name '10.0.0.1' is invalid"),
    ({"hosts": {"a": "10.0.0.300"}}, "invalid IP address or prefix '10.0.0.300'"),
    ({"hosts": {"a": "10.0.0.1/8"}}, "host bits are set"),
    ({"hosts": {"a": ["10.0.0.1"]}}, "invalid IP address or prefix"),
    ({"ipsets": {"data": ["db"]}}, "must start with 'ipset:'"),
    ({"ipsets": {"ipset:a": ["none"]}}, "host not found: 'none'"),
    ({"ipsets": {"ipset:a": ["ipset:a"]}}, "contains itself"),
    ({"postures": {"new": ["node:os == 'linux'"]}}, "must start with 'posture:'"),
    ({"postures": {"posture:a": ["node:os = 'linux'"]}}, "invalid posture condition"),
    ({"postures": {"posture:a": ["node:os == linux"]}}, "invalid posture condition"),
    ({"postures": {"posture:a": []}}, "want a list of conditions"),
    ({"defaultSrcPosture": ["posture:none"]}, "posture not found: 'posture:none'"),
    ({"defaultSrcPosture": {}}, "defaultSrcPosture must be a list"),
    ({"autoApprovers": {"route": {}}}, "autoApprovers: unknown field 'route'"),
    ({"autoApprovers": {"routes": {"10.0.0.1/8": []}}}, "invalid or repeated route '10.0.0.1/8'"),
    ({"autoApprovers": {"routes": {"db": []}}}, "invalid or repeated route 'db'"),
    ({"autoApprovers": {"routes": {"10.0.0.0/8": ["tag:none"]}}}, "tag not found: 'tag:none'"),
    ({"autoApprovers": {"exitNode": ["group:none"]}}, "group not found: 'group:none'"),
    ({"nodeAttrs": [{"target": ["tag:none"], "attr": ["funnel"]}]}, "tag not found: 'tag:none'"),
    ({"nodeAttrs": [{"target": ["*"]}]}, "nothing is given"),
    ({"nodeAttrs": [{"target": ["*"], "attrs": ["funnel"]}]}, "unknown field 'attrs'"),
    ({"nodeAttrs": ["funnel"]}, "want an object"),
    ({"randomizeClientPort": "yes"}, "randomizeClientPort must be true or false"),
    (acl(src=["autogroup:member"]) | ssh(src=["autogroup:members"]), "cannot be used in one policy"),
    ({"acls": ["accept"]}, "acls[0]: want an object"),
    (acl(action="drop"), "invalid action 'drop', must be 'accept'"),
    (acl(sources=[]), "unknown field 'sources'"),
    (acl(src=["group:none"]), "group not found: 'group:none'"),
    (acl(src=["tag:none"]), "tag not found: 'tag:none'"),
    (acl(src=["none"]), "host not found: 'none'"),
    (acl(src=["autogroup:internet"]), "'autogroup:internet' is not supported as src"),
    (acl(src=["10.0.0.1/8"]), "host bits are set"),
    (acl(src=[]), "must be lists that are not empty"),
    (acl(src="group:eng"), "want a list of strings"),
    (acl(src=[7]), "invalid name 7"),
    (acl(dst=[]), "must be lists that are not empty"),
    (acl(dst=["db"]), "invalid destination 'db': want host:ports"),
    (acl(dst=["db:"]), "invalid destination 'db:'"),
    (acl(dst=["db:http"]), "invalid port 'http'"),
    (acl(dst=["db:0"]), "invalid port '0'"),
    (acl(dst=["db:70000"]), "invalid port '70000'"),
    (acl(dst=["db:90-80"]), "invalid port '90-80'"),
    (acl(dst=["db:80,,90"]), "invalid port ''"),
    (acl(dst=["none:80"]), "host not found: 'none'"),
    (acl(dst=["group:none:80"]), "group not found: 'group:none'"),
    (acl(dst=["tag:none:80"]), "tag not found: 'tag:none'"),
    (acl(dst=["ipset:none:80"]), "ipset not found: 'ipset:none'"),
    (acl(dst=["fd00::1:80"]), "IPv6 addresses must be written [address]:port"),
    (acl(dst=["10.0.0.1/8:80"]), "host bits are set"),
    (acl(src=["tag:ci"], dst=["autogroup:self:80"]), "autogroup:self can only be used with users"),
    (acl(proto="*"), "proto name '*' not known"),
    (acl(proto="256"), "proto name '256' not known"),
    (acl(proto="icmp"), "protocol 'icmp' does not support specific ports"),
    (acl(srcPosture=["posture:none"]), "posture not found: 'posture:none'"),
    (acl(srcPosture="posture:new"), "want a list of postures"),
    (grant(dst=["db:5432"]), "not found: 'db:5432'"),
    (grant(ip=[]), "a grant needs ip or app"),
    (grant(ip=["tcp:http"]), "invalid port 'http'"),
    (grant(ip=["icmp:80"]), "does not support specific ports"),
    (grant(via=["group:eng"]), "group is not allowed here"),
    (grant(src=["group:none"]), "group not found"),
    (grant(dst=[]), "must be lists that are not empty"),
    (ssh(action="allow"), "invalid SSH action 'allow'"),
    (ssh(src=["*"]), "any is not allowed here"),
    (ssh(src=["10.0.0.1"]), "address is not allowed here"),
    (ssh(src=["db"]), "host is not allowed here"),
    (ssh(dst=["*"]), "any is not allowed here"),
    (ssh(dst=["tag:db:22"]), "tag names can only contain"),
    (ssh(dst=["group:eng"]), "group is not allowed here"),
    (ssh(dst=["bob@a.example"]), "only that same user 'bob@a.example'"),
    (ssh(dst=["autogroup:member"]), "use autogroup:self"),
    (ssh(src=["tag:ci"], dst=["autogroup:self"]), "tags in SSH source cannot access user-owned devices"),
    (ssh(src=["tag:ci"], action="check"), "tags in SSH source cannot be used with action check"),
    (ssh(users=[]), "invalid users []"),
    (ssh(checkPeriod="12h"), "invalid checkPeriod '12h'"),
    (ssh(action="check", checkPeriod="169h"), "invalid checkPeriod '169h'"),
    (ssh(action="check", checkPeriod="30s"), "invalid checkPeriod '30s'"),
    (ssh(recorder=["group:eng"]), "group is not allowed here"),
    (policy_test(), "a test needs accept or deny"),
    (policy_test(src="*", deny=["db:22"]), "any is not allowed here"),
    (policy_test(src="eve", deny=["db:22"]), "host not found: 'eve'"),
    (policy_test(src="10.0.0.0/8", deny=["db:22"]), "want one address"),
    (policy_test(deny=["*:22"]), "any is not allowed here"),
    (policy_test(deny=["10.0.0.0/24:22"]), "prefixes are not allowed in tests"),
    (policy_test(deny=["db:*"]), "port must be a single number"),
    (policy_test(deny=["db:80-90"]), "port must be a single number"),
    (policy_test(deny=["db"]), "want host:ports"),
    (policy_test(deny=["none:22"]), "host not found: 'none'"),
    (policy_test(deny=["db:22"], proto="htp"), "proto name 'htp' not known"),
    (policy_test(deny=["db:22"], srcPostureAttrs=[]), "srcPostureAttrs must be an object"),
    (policy_test(denied=["db:22"]), "unknown field 'denied'"),
    ({"sshTests": [{"src": "ada@a.example", "dst": ["tag:none"], "deny": ["root"]}]}, "tag not found: 'tag:none'"),
    ({"sshTests": [{"src": "ada@a.example", "dst": ["tag:db"]}]}, "needs accept, check or deny"),
    ({"sshTests": [{"src": "*", "dst": ["tag:db"], "deny": ["root"]}]}, "any is not allowed here"),
]

ANSWERS: list[tuple[dict[str, Any], str, str, str, bool]] = [
    (acl(), "ada@a.example", "10.0.0.255", "tcp:5432", True),
    (acl(), "ada@a.example", "10.0.0.255", "udp:5432", True),
    (acl(proto="tcp"), "ada@a.example", "10.0.0.255", "udp:5432", False),
    (acl(), "ada@a.example", "10.0.1.0", "tcp:5432", False),
    (acl(), "ada@a.example", "db", "tcp:5433", False),
    (acl(), "group:ops", "one", "tcp:5432", True),
    (acl(src=["group:ops"]), "group:eng", "one", "tcp:5432", False),
    (acl(), "eve@a.example", "db", "tcp:5432", False),
    (acl(dst=["one:5432"]), "ada@a.example", "db", "tcp:5432", False),
    (acl(dst=["db:80,443,1000-2000"]), "bob@a.example", "one", "tcp:1500", True),
    (acl(dst=["db:80,443,1000-2000"]), "bob@a.example", "one", "tcp:2001", False),
    (acl(src=["autogroup:member"]), "eve@a.example", "db", "tcp:5432", True),
    (acl(src=["autogroup:member"]), "tag:ci", "db", "tcp:5432", False),
    (acl(src=["autogroup:tagged"]), "tag:ci", "db", "tcp:5432", True),
    (acl(src=["user:*@a.example"]), "eve@a.example", "db", "tcp:5432", True),
    (acl(src=["user:*@a.example"]), "eve@b.example", "db", "tcp:5432", False),
    (acl(src=["100.64.0.0/10"]), "100.64.0.7", "db", "tcp:5432", True),
    (acl(src=["100.64.0.0/10"]), "100.128.0.7", "db", "tcp:5432", False),
    (acl(src=["*"], dst=["*:*"]), "tag:ci", "tag:db", "tcp:1", True),
    (acl(dst=["tag:db:22"]), "ada@a.example", "tag:db", "tcp:22", True),
    (acl(dst=["tag:db:22"]), "ada@a.example", "tag:ci", "tcp:22", False),
    (acl(dst=["group:ops:22"]), "bob@a.example", "ada@a.example", "tcp:22", True),
    (acl(dst=["group:ops:22"]), "ada@a.example", "bob@a.example", "tcp:22", False),
    (acl(dst=["autogroup:self:22"]), "ada@a.example", "ada@a.example", "tcp:22", True),
    (acl(dst=["autogroup:self:22"]), "ada@a.example", "bob@a.example", "tcp:22", False),
    (acl(dst=["autogroup:internet:443"]), "ada@a.example", "8.8.8.8", "tcp:443", True),
    (acl(dst=["autogroup:internet:443"]), "ada@a.example", "10.0.0.1", "tcp:443", False),
    (acl(dst=["autogroup:internet:443"]), "ada@a.example", "2001:4860::8", "tcp:443", True),
    (acl(dst=["0.0.0.0/0:443"]), "ada@a.example", "2001:4860::8", "tcp:443", False),
    (acl(dst=["[fd00::1]:443"]), "ada@a.example", "fd00::1", "tcp:443", True),
    (acl(dst=["fd00::/8:443"]), "ada@a.example", "fd00::1", "tcp:443", True),
    (acl(dst=["fd00::/8:443"]), "ada@a.example", "10.0.0.1", "tcp:443", False),
    (acl(dst=["ipset:data:1"]), "ada@a.example", "10.1.8.1", "tcp:1", True),
    (acl(dst=["ipset:data:1"]), "ada@a.example", "10.1.9.1", "tcp:1", False),
    (acl(dst=["ipset:data:1"]), "ada@a.example", "one", "tcp:1", True),
    (grant(), "bob@a.example", "db", "tcp:5432", True),
    (grant(), "bob@a.example", "db", "udp:5432", False),
    (grant(ip=["*"]), "bob@a.example", "db", "sctp:1", True),
    (grant(ip=["5432"]), "bob@a.example", "db", "udp:5432", True),
    (grant(ip=[], app={"a.example/cap": []}), "bob@a.example", "db", "tcp:5432", False),
    (acl() | grant(src=["tag:ci"]), "tag:ci", "db", "tcp:5432", True),
]
