"""The model of Tailscale's service: what it refuses, what a policy lets through, and what its tests say."""

import json
from typing import Any

import pytest

from sandbox.tailscale import hujson, posture
from sandbox.tailscale.policy import PolicyError, check, load

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


@pytest.mark.parametrize(("sections", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_what_the_service_refuses_is_refused(sections: dict[str, Any], says: str) -> None:
    """Each is one mistake in a policy that is right without it."""
    load(text())
    with pytest.raises(PolicyError) as error:
        load(text(**sections))
    assert says in str(error.value)


def test_every_fault_is_reported_at_once() -> None:
    """Three mistakes are three lines."""
    with pytest.raises(PolicyError) as error:
        load(text(**acl(src=["tag:no"], dst=["no:80"], proto="no")))
    assert len(str(error.value).splitlines()) == 3


def test_the_examples_of_the_documentation_are_accepted() -> None:
    """Every section, with comments, trailing commas, legacy names and keys in another case."""
    policy = load("""
    // who
    {"Groups": {"group:sre": ["alice@example.com", "user:*@example.com"],}, /* and what */
     "tagOwners": {"tag:prod": ["group:sre", "autogroup:admin"], "tag:logging": []},
     "ACLs": [{"action": "accept", "users": ["*"], "ports": ["*:*"]},
              {"action": "accept", "src": ["autogroup:member"], "dst": ["autogroup:self:*", "[fd00::1]:80"]},
              {"action": "accept", "src": ["tag:prod"], "proto": "icmp", "dst": ["tag:logging:*"]}],
     "grants": [{"src": ["user:*@example.com"], "dst": ["tag:prod"], "ip": ["*", "tcp:80-90", "443"]},
                {"src": ["*"], "dst": ["*"], "app": {"example.com/cap": [{}]}}],
     "ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["autogroup:self"],
              "users": ["root", "autogroup:nonroot"], "checkPeriod": "20h"},
             {"action": "accept", "src": ["alice@example.com"], "dst": ["alice@example.com"], "users": ["alice"]}],
     "nodeAttrs": [{"target": ["autogroup:member"], "attr": ["funnel"]}],
     "autoApprovers": {"routes": {"192.0.2.0/24": ["group:sre", "alice@example.com", "tag:prod"]}, "exitNode": []},
     "randomizeClientPort": true, "tests": [{"user": "alice@example.com", "allow": ["tag:prod:22"]}],}
    """)
    assert policy.data["groups"]["group:sre"][0] == "alice@example.com"
    assert policy.failures() == []


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


@pytest.mark.parametrize(("sections", "src", "dst", "flow", "wanted"), ANSWERS)
def test_who_reaches_what(sections: dict[str, Any], src: str, dst: str, flow: str, wanted: bool) -> None:  # noqa: FBT001
    """Rules add up; whatever none gives is refused."""
    proto, _, port = flow.partition(":")
    assert load(text(**sections)).allows(src, dst, int(port), proto=proto) is wanted


@pytest.mark.parametrize(
    ("condition", "attributes", "wanted"),
    [
        ("node:os == 'linux'", {"node:os": "linux"}, True),
        ("node:os != 'linux'", {"node:os": "linux"}, False),
        ("node:os != 'linux'", {}, False),
        ("node:os IN ['linux', 'macos']", {"node:os": "macos"}, True),
        ("node:os IN ['linux', 'macos']", {"node:os": "windows"}, False),
        ("node:os NOT IN ['linux']", {"node:os": "windows"}, True),
        ("node:os NOT IN ['linux']", {}, False),
        ("node:os IS SET", {"node:os": ""}, True),
        ("node:os NOT SET", {}, True),
        ("node:os NOT SET", {"node:os": ""}, False),
        ("node:tsVersion >= '1.40'", {"node:tsVersion": "1.9.0"}, False),
        ("node:tsVersion >= '1.40'", {"node:tsVersion": "1.100"}, True),
        ("node:tsVersion < '1.40'", {"node:tsVersion": "1.39.9"}, True),
        ("custom:score > 7", {"custom:score": 8}, True),
        ("custom:score <= 7", {"custom:score": 8}, False),
        ("custom:score > 7", {"custom:score": "8"}, False),
        ("node:tsAutoUpdate", {"node:tsAutoUpdate": True}, True),
        ("node:tsAutoUpdate", {"node:tsAutoUpdate": False}, False),
        ("node:tsAutoUpdate == false", {"node:tsAutoUpdate": False}, True),
    ],
)
def test_posture_conditions(condition: str, attributes: dict[str, Any], wanted: bool) -> None:  # noqa: FBT001
    """An attribute that a device lacks fails every condition but NOT SET; versions compare by their parts."""
    assert posture.parse(condition).holds(attributes) is wanted


def test_a_rule_without_posture_takes_the_default_and_one_of_several_suffices() -> None:
    """``srcPosture`` replaces ``defaultSrcPosture``; within a list any posture suffices."""
    new, managed = {"node:tsVersion": "1.50", "node:os": "linux"}, {"custom:managed": True}
    default = load(text(**acl(), defaultSrcPosture=["posture:new"]))
    assert default.allows("ada@a.example", "db", 5432, attributes=new)
    assert not default.allows("ada@a.example", "db", 5432, attributes=managed)
    own = load(text(**acl(srcPosture=["posture:new", "posture:managed"]), defaultSrcPosture=["posture:new"]))
    assert own.allows("ada@a.example", "db", 5432, attributes=managed)
    assert not own.allows("ada@a.example", "db", 5432)


def test_ssh_takes_the_strictest_rule() -> None:
    """Check goes before accept; nonroot and the local part of the sign-in are users; nobody else enters."""
    rules = [SSH, SSH | {"action": "check", "src": ["ada@a.example"], "users": ["autogroup:nonroot"]}]
    rules += [SSH | {"src": ["user:*@a.example"], "users": ["localpart:*@a.example"]}]
    policy = load(text(ssh=rules))
    assert policy.ssh("ada@a.example", "tag:db", "ubuntu") == "check"
    assert policy.ssh("ada@a.example", "tag:db", "root") is None
    assert policy.ssh("bob@a.example", "tag:db", "bob") == "accept"
    assert policy.ssh("bob@a.example", "tag:db", "ada") is None
    assert policy.ssh("bob@b.example", "tag:db", "bob") is None
    assert policy.ssh("ada@a.example", "tag:ci", "ubuntu") is None


def test_failed_tests_speak_like_the_service() -> None:
    """Both verdicts, by source, in the body of the API and in the text of the console."""
    sections = {
        "acls": [ALLOW | {"src": ["group:ops"]}],
        "tests": [
            {"src": "ada@a.example", "accept": ["db:5432"], "deny": ["one:5432", "db:22"]},
            {"src": "group:eng", "accept": ["db:5432"], "deny": ["db:5432"]},
            {"src": "bob@a.example", "deny": ["db:5432"]},
        ],
        "ssh": [SSH],
        "sshTests": [
            {"src": "ada@a.example", "dst": ["tag:db"], "accept": ["ubuntu"], "check": ["root"], "deny": ["x"]}
        ],
    }
    with pytest.raises(PolicyError) as error:
        check(text(**sections))
    assert error.value.response() == {
        "message": "test(s) failed",
        "data": [
            {"user": "ada@a.example", "errors": ['address "one:5432": want: Drop, got: Accept']},
            {
                "user": "group:eng",
                "errors": [
                    'address "db:5432": want: Accept, got: Drop',
                    'address "db:5432": want: Drop, got: Accept',
                ],
            },
            {"user": "ada@a.example", "errors": ['ssh to "tag:db" as "root": want: check, got: deny']},
        ],
    }
    assert '[acl test error]: address "one:5432": want: Drop, got: Accept' in str(error.value)


def test_a_test_without_protocol_asks_for_tcp_and_udp() -> None:
    """Accepted where either passes; a refusal needs both refused."""
    udp = acl(proto="udp")
    assert not load(text(**udp, tests=[{"src": "ada@a.example", "accept": ["db:5432"]}])).failures()
    assert load(text(**udp, tests=[{"src": "ada@a.example", "deny": ["db:5432"]}])).failures()
    assert not load(text(**udp, tests=[{"src": "ada@a.example", "deny": ["db:5432"], "proto": "tcp"}])).failures()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('{"a": 1, // one\n "b": [1, 2, /* x */ ], }', {"a": 1, "b": [1, 2]}),
        (
            '{"a": "http://x, ] // no comment", "b": "/* nor */,}"}',
            {"a": "http://x, ] // no comment", "b": "/* nor */,}"},
        ),
        ('["a\\"//b",]', ['a"//b']),
        ("[1,\n//x\n/*y*/\n]", [1]),
    ],
)
def test_hujson_is_json_with_comments_and_trailing_commas(written: str, value: object) -> None:
    """Comments and commas inside strings are text."""
    assert hujson.parse(written) == value


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{'a': 1}", "line 1, column 2"),
        ("{a: 1}", "line 1, column 2"),
        ('{"a": 0x1}', "line 1"),
        ('{"a": NaN}', "invalid value NaN"),
        ('{"a": 1, "a": 2}', "duplicate object member name 'a'"),
        ("[1,,]", "line 1"),
        ("[,]", "line 1"),
        ('{"a": 1} /* open', "line 1, column 10"),
        ("{} {}", "line 1, column 4"),
        ("//x\n\n[1 2]", "line 3, column 4"),
        ("", "line 1"),
    ],
)
def test_what_is_not_hujson_is_refused_with_its_place(written: str, says: str) -> None:
    """Also the forms of JSON5 that Tailscale does not take."""
    with pytest.raises(hujson.HuJsonError, match=says):
        hujson.parse(written)


def test_long_comments_take_no_long_time() -> None:
    """Reading is linear: slashes and stars after a comma do not multiply the ways to read them."""
    assert hujson.parse("[1," + "/" * 20_000 + "\n" + "/* */" * 5_000 + "]") == [1]
    with pytest.raises(hujson.HuJsonError):
        hujson.parse("[1," + "//" * 20_000 + "\n" + "/***/" * 5_000 + "2")


def test_a_policy_that_is_no_object_is_refused() -> None:
    """With a message and not a traceback."""
    with pytest.raises(PolicyError, match="policy must be an object, got list"):
        load("[]")
    with pytest.raises(PolicyError, match="parsing HuJSON: line 1"):
        load("{")
