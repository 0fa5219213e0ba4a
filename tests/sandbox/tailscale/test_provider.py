"""The Tailscale plugin: what it checks, refuses, keeps and gives back, as the provider and its service do."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.protocol import schema
from sandbox.protocol.wire import to_dict
from sandbox.tailscale.provider import Provider
from sandbox.tailscale.resources import KINDS
from sandbox.tailscale.tailnet import SETTINGS, Tailnet
from tests.sandbox.support.cloud import AbortedError, Context, struct, urn

ACL, SETTING = "tailscale:index/acl:Acl", "tailscale:index/tailnetSettings:TailnetSettings"
SPLIT, NAMES = (
    "tailscale:index/dnsSplitNameservers:DnsSplitNameservers",
    "tailscale:index/dnsPreferences:DnsPreferences",
)
IDENTITY = "tailscale:index/federatedIdentity:FederatedIdentity"
JOINING = "usersRoleAllowedToJoinExternalTailnet"
POLICY = {
    "groups": {"group:eng": ["ada@nationgraph.example"]},
    "tagOwners": {"tag:router": []},
    "acls": [{"action": "accept", "src": ["group:eng"], "proto": "tcp", "dst": ["10.0.0.0/24:5432"]}],
    "tests": [{"src": "ada@nationgraph.example", "accept": ["10.0.0.1:5432"], "deny": ["10.0.0.1:22"]}],
}
TEXT = json.dumps(POLICY)
TRUST = {
    "description": "Subnet routers",
    "issuer": "https://example.tokens.sts.global.api.aws",
    "subject": "arn:aws:iam::123456789012:role/router",
    "scopes": ["auth_keys"],
    "tags": ["tag:router"],
}
SAMPLES: dict[str, dict[str, Any]] = {
    ACL: {"acl": TEXT, "resetAclOnDestroy": True},
    SETTING: {"devicesApprovalOn": True, "devicesKeyDurationDays": 30},
    SPLIT: {"domain": "eu-central-1.rds.amazonaws.com", "nameservers": ["10.0.0.2", "10.0.0.3"]},
    NAMES: {"magicDns": True},
    IDENTITY: TRUST,
}
WIDER = {**POLICY, "groups": {"group:eng": ["ada@nationgraph.example", "bob@nationgraph.example"]}}
CHANGES: dict[str, dict[str, Any]] = {
    ACL: {
        "acl": json.dumps({**POLICY, "groups": {"group:eng": ["ada@nationgraph.example", "bob@nationgraph.example"]}})
    },
    SETTING: {"devicesKeyDurationDays": 60},
    SPLIT: {"nameservers": ["10.0.0.4"]},
    NAMES: {"magicDns": False},
    IDENTITY: {"subject": "arn:aws:iam::123456789012:role/other"},
}


@pytest.fixture
def tailnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tailnet:
    """A new tailnet."""
    monkeypatch.setenv("SANDBOX_TAILNET", str(tmp_path / "tailnet.json"))
    return Tailnet(tmp_path / "tailnet.json")


@pytest.fixture
def plugin(tailnet: Tailnet) -> Provider:
    """The plugin on it."""
    return Provider()


def check(token: str, **inputs: Any) -> dict[str, str]:
    """What Check finds wrong, by property."""
    answer = Provider().Check(provider_pb2.CheckRequest(urn=urn(token), news=struct(inputs)), Context())
    return {failure.property: failure.reason for failure in answer.failures}


def create(plugin: Provider, token: str, *, preview: bool = False, **inputs: Any) -> Any:
    """Create with the inputs of the sample, and others."""
    properties = struct({**SAMPLES[token], **inputs})
    return plugin.Create(provider_pb2.CreateRequest(urn=urn(token), properties=properties, preview=preview), Context())


def read(plugin: Provider, token: str, made: Any, inputs: dict[str, Any]) -> Any:
    """Read, as a refresh does; an import where there are no inputs."""
    request = provider_pb2.ReadRequest(id=made.id, urn=urn(token), properties=made.properties, inputs=struct(inputs))
    return plugin.Read(request, Context())


def update(plugin: Provider, token: str, made: Any, *, preview: bool = False, **changes: Any) -> Any:
    """Update in place."""
    old = SAMPLES[token]
    request = provider_pb2.UpdateRequest(
        id=made.id,
        urn=urn(token),
        olds=made.properties,
        old_inputs=struct(old),
        news=struct({**old, **changes}),
        preview=preview,
    )
    return plugin.Update(request, Context())


def delete(plugin: Provider, token: str, made: Any) -> None:
    """Delete what the sample made."""
    request = provider_pb2.DeleteRequest(
        id=made.id, urn=urn(token), properties=made.properties, old_inputs=struct(SAMPLES[token])
    )
    plugin.Delete(request, Context())


def diff(token: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
    """The answer of Diff."""
    request = provider_pb2.DiffRequest(urn=urn(token), old_inputs=struct(old), news=struct(new), olds=struct(old))
    return Provider().Diff(request, Context())


def test_every_type_has_a_sample() -> None:
    """A type without one is a type without a test."""
    assert set(SAMPLES) == set(CHANGES) == set(KINDS)


@pytest.mark.parametrize("token", KINDS)
def test_life(plugin: Provider, tailnet: Tailnet, token: str) -> None:
    """Made, shown as declared, importable, changed in place, drifting when changed by hand, gone when deleted."""
    if token == IDENTITY:
        tailnet.set_policy(TEXT)
    assert check(token, **SAMPLES[token]) == {}
    made = create(plugin, token)
    shown = read(plugin, token, made, SAMPLES[token])
    assert to_dict(shown.inputs) == SAMPLES[token]
    imported = to_dict(read(plugin, token, made, {}).inputs)
    known = {key: value for key, value in SAMPLES[token].items() if key not in KINDS[token].steering}
    assert known.items() <= imported.items() or token == ACL
    update(plugin, token, made, **CHANGES[token])
    drifted = to_dict(read(plugin, token, made, SAMPLES[token]).inputs)
    assert drifted == {**SAMPLES[token], **CHANGES[token]}
    assert diff(token, SAMPLES[token], drifted).changes == provider_pb2.DiffResponse.DIFF_SOME
    assert KINDS[token].find(tailnet) == [made.id]
    delete(plugin, token, made)
    delete(plugin, token, made)
    if not KINDS[token].always:
        assert read(plugin, token, made, SAMPLES[token]).id == ""
        assert KINDS[token].find(tailnet) == []


@pytest.mark.parametrize("token", KINDS)
def test_preview_touches_nothing(plugin: Provider, tailnet: Tailnet, token: str) -> None:
    """What the service computes is unknown; nothing is kept."""
    planned = to_dict(create(plugin, token, preview=True).properties)
    assert SAMPLES[token].items() <= planned.items()
    for key in KINDS[token].computed:
        assert planned[key] in (schema.UNKNOWN, SAMPLES[token].get(key))
    assert not list(tailnet._path.parent.iterdir())


def test_preview_of_a_change_keeps_what_stays(plugin: Provider, tailnet: Tailnet) -> None:
    """The audience of a credential is known in advance: the routers' machines are not replaced for nothing."""
    tailnet.set_policy(TEXT)
    made = create(plugin, IDENTITY)
    planned = to_dict(update(plugin, IDENTITY, made, preview=True, subject="other").properties)
    assert planned["audience"] == to_dict(made.properties)["audience"]
    assert planned["subject"] == "other"


@pytest.mark.parametrize(
    ("token", "inputs", "path", "reason"),
    [
        (ACL, {}, "acl", "required and missing"),
        (ACL, {"acl": "{"}, "acl", "is not HuJSON: line 1"),
        (ACL, {"acl": "{}", "policy": "{}"}, "policy", "unknown input; known: acl"),
        (SETTING, {"devicesKeyDurationDays": "30"}, "devicesKeyDurationDays", "expected integer, got str"),
        (
            SETTING,
            {"usersRoleAllowedToJoinExternalTailnet": "owner"},
            "usersRoleAllowedToJoinExternalTailnet",
            "'owner'",
        ),
        (SETTING, {"aclsExternalLink": "ftp://x"}, "aclsExternalLink", "must be a URL"),
        (SPLIT, {"domain": "example.com"}, "nameservers", "required and missing"),
        (IDENTITY, {**TRUST, "issuer": "http://example.com"}, "issuer", "must be a valid https:// URL"),
        (IDENTITY, {**TRUST, "customClaimRules": {"sub": "x"}}, "customClaimRules", "sub are reserved"),
        (IDENTITY, {**TRUST, "description": "x" * 51}, "description", "must have at most 50 characters"),
    ],
)
def test_check_refuses_before_the_service_is_asked(token: str, inputs: dict[str, Any], path: str, reason: str) -> None:
    """In a preview, with path and reason."""
    found = check(token, **inputs)
    assert list(found) == [path]
    assert found[path].startswith(reason)


def test_check_lets_unknown_values_pass() -> None:
    """A role that is yet to be made has no name."""
    assert check(IDENTITY, **{**TRUST, "subject": schema.UNKNOWN, "issuer": schema.UNKNOWN}) == {}


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (ACL, {"acl": json.dumps({**POLICY, "acls": []})}, 'address "10.0.0.1:5432": want: Accept, got: Drop'),
        (ACL, {"acl": json.dumps({**POLICY, "groups": {}})}, "group:eng"),
        (SETTING, {"devicesKeyDurationDays": 181}, "a key lives 1 to 180 days"),
        (SPLIT, {"nameservers": ["resolver.example"]}, "'resolver.example' is not an IP address"),
        (SPLIT, {"domain": "no domain"}, "'no domain' is not a domain name"),
        (IDENTITY, {}, "tag:router have no owner in the policy file"),
        (IDENTITY, {"tags": []}, "tags: required with scope auth_keys"),
    ],
)
def test_service_refuses(plugin: Provider, tailnet: Tailnet, token: str, inputs: dict[str, Any], message: str) -> None:
    """With its reason, and nothing is kept."""
    with pytest.raises(AbortedError, match=message.replace("(", r"\(")):
        create(plugin, token, **inputs)
    assert tailnet.policy() is None
    assert tailnet.settings() == SETTINGS
    assert tailnet.split_dns() == tailnet.keys() == {}


def test_policy_of_a_person_is_not_overwritten(plugin: Provider, tailnet: Tailnet) -> None:
    """Unless the resource says so, or it was imported; the first resource of a new tailnet may set it."""
    tailnet.set_policy("{}")
    with pytest.raises(AbortedError, match="import it first, or set overwriteExistingContent"):
        create(plugin, ACL)
    assert tailnet.policy() == "{}"
    create(plugin, ACL, overwriteExistingContent=True)
    assert tailnet.policy() == TEXT


@pytest.mark.parametrize("reset", [True, False])
def test_policy_is_reset_on_destroy_where_that_is_asked(plugin: Provider, tailnet: Tailnet, *, reset: bool) -> None:
    """Otherwise it stays in force: nobody's access widens because a stack goes."""
    made = create(plugin, ACL)
    request = provider_pb2.DeleteRequest(
        id=made.id,
        urn=urn(ACL),
        properties=made.properties,
        old_inputs=struct({"acl": TEXT, "resetAclOnDestroy": reset}),
    )
    plugin.Delete(request, Context())
    assert (tailnet.policy() is None) is reset


def test_policies_differ_by_content_and_order() -> None:
    """Comments and spacing are no change; the order of rules is one."""
    commented = TEXT.replace("{", "{ // who\n", 1).replace("}}", "},}", 1)
    assert diff(ACL, {"acl": TEXT}, {"acl": commented}).changes == provider_pb2.DiffResponse.DIFF_NONE
    turned = json.dumps({"acls": [1, 2]}), json.dumps({"acls": [2, 1]})
    assert list(diff(ACL, {"acl": turned[0]}, {"acl": turned[1]}).diffs) == ["acl"]
    assert list(diff(ACL, {"acl": "{"}, {"acl": "{{"}).diffs) == ["acl"]


def test_only_a_domain_replaces() -> None:
    """As the provider's schema says."""
    answer = diff(SPLIT, SAMPLES[SPLIT], {"domain": "other.example", "nameservers": ["10.0.0.3", "10.0.0.2"]})
    assert (list(answer.diffs), list(answer.replaces)) == (["domain"], ["domain"])


@pytest.mark.parametrize("token", ["tailscale:index/tailnetKey:TailnetKey", "tailscale:index/oauthClient:OauthClient"])
def test_other_types_are_refused_by_name(token: str) -> None:
    """With the file to extend; these two would leave a secret in the state."""
    with pytest.raises(AbortedError, match=f"{token} is not in the sandbox's model.*sandbox/tailscale/resources.py"):
        check(token)


def test_credentials_of_a_real_tailnet_are_refused(plugin: Provider) -> None:
    """They would look used."""
    request = provider_pb2.CheckRequest(news=struct({"apiKey": "x", "tailnet": "example.com", "version": "1"}))
    assert [failure.property for failure in plugin.CheckConfig(request, Context()).failures] == ["apiKey"]


def test_tailnet_file_is_the_owners_alone(plugin: Provider, tailnet: Tailnet) -> None:
    """It holds who may reach what."""
    create(plugin, ACL)
    assert tailnet._path.stat().st_mode & 0o077 == 0
