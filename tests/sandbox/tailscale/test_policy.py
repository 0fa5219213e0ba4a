"""The model of Tailscale's service: what it refuses, what a policy lets through, and what its tests say."""

from typing import Any

import pytest

from sandbox.tailscale import hujson, posture
from sandbox.tailscale.policy import PolicyError, check, load
from tests.sandbox.tailscale.support.policies import ALLOW, ANSWERS, REFUSED, SSH, acl, text


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
