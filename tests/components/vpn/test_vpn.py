"""The VPN: what the tailnet is told, who routers are, and that they stand twice, closed and watched."""

import base64
import json
from typing import Any

import pytest

from components.iam.boundary import boundary_document
from components.vpn import Forward, Vpn, VpnArgs
from components.vpn.routers import LIFETIME_SECONDS, METRIC, NAMESPACE
from policy.rules.sec_05 import no_lasting_keys as sec_05_no_lasting_keys
from policy.rules.sec_05 import router_invariants as sec_05_router_invariants
from policy.rules.sec_07 import no_open_ingress as sec_07_no_open_ingress
from tests.components.iam.support.access import allowed
from tests.components.support.platform import HERE, TAGS, TOPIC, platform
from tests.conftest import Deploy, Deployment

ARGS: dict[str, Any] = {
    "platform": platform(),
    "issuer": "https://example.tokens.sts.global.api.aws",
    "policy": json.dumps({"acls": []}),
    "policy_link": "https://github.com/nationgraph/platform/blob/main/catalog/access.yaml",
    "router_tag": "tag:router",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "zones": ["eu-central-1a", "eu-central-1b"],
    "router_count": 2,
    "routes": ["10.0.0.0/20", "10.0.144.0/23"],
    "forwards": [Forward(cidrs=["10.0.144.0/23"], ports=[5432])],
    "resolver": "10.0.0.2",
    "private_domains": ["eu-central-1.rds.amazonaws.com"],
    "hostname": "router-dev",
}
SETTINGS = "tailscale:index/tailnetSettings:TailnetSettings"
GROUP, TEMPLATE = "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"


def deployed(deploy: Deploy, **changes: Any) -> Deployment:
    """A VPN called ``vpn``."""
    return deploy(lambda: Vpn("vpn", VpnArgs(**{**ARGS, **changes})))


def user_data(made: Deployment) -> dict[str, Any]:
    """What a router is told."""
    text = base64.b64decode(made.one(TEMPLATE).inputs["userData"]).decode()
    found: dict[str, Any] = json.loads(text.removeprefix("#cloud-config\n"))
    return found


def test_tailnet_is_closed_and_managed_here(deploy: Deploy) -> None:
    """Devices and people are approved, keys end after 30 days, names have certificates, nobody edits elsewhere."""
    given = deployed(deploy).one(SETTINGS).inputs
    assert given == {
        "aclsExternallyManagedOn": True,
        "aclsExternalLink": ARGS["policy_link"],
        "devicesApprovalOn": True,
        "devicesAutoUpdatesOn": True,
        "devicesKeyDurationDays": 30,
        "httpsEnabled": True,
        "usersApprovalOn": True,
        "usersRoleAllowedToJoinExternalTailnet": "none",
    }


@pytest.mark.parametrize("protect", [True, False])
def test_policy_outlives_a_protected_stack(deploy: Deploy, *, protect: bool) -> None:
    """It is put in force as compiled, never over a person's, and given back only where the stack may be thrown away."""
    policy = deployed(deploy, platform=platform(protect=protect)).named("vpn-policy")
    assert policy.inputs["acl"] == ARGS["policy"]
    assert "overwriteExistingContent" not in policy.inputs
    assert policy.inputs["resetAclOnDestroy"] is not protect
    assert policy.protect is policy.retain is protect


def test_private_names_resolve_over_the_vpn(deploy: Deploy) -> None:
    """Each private domain is asked of the network's own resolver."""
    made = deployed(deploy, private_domains=["a.example", "b.example"])
    for domain in ("a.example", "b.example"):
        assert made.named(f"vpn-dns-{domain}").inputs == {"domain": domain, "nameservers": ["10.0.0.2"]}
    assert made.named("vpn-names").inputs == {"magicDns": True}


def test_routers_prove_who_they_are_without_a_secret(deploy: Deploy) -> None:
    """Tailscale trusts tokens of this one role, to make devices with the routers' tag, once that tag exists."""
    made = deployed(deploy)
    trust = made.named("vpn-identity-trust")
    assert trust.inputs["subject"] == "arn:aws:iam:eu-central-1:123456789012:vpn-identity-role"
    assert trust.inputs["issuer"] == ARGS["issuer"]
    assert (trust.inputs["scopes"], trust.inputs["tags"]) == (["auth_keys"], ["tag:router"])
    assert made.named("vpn-policy").urn in trust.dependencies
    assert [r.type for r in made.resources if r.type.endswith(("TailnetKey", "OauthClient", "Secret"))] == []


def test_role_asks_for_one_token_and_reports_a_metric(deploy: Deploy) -> None:
    """Tailscale's audience alone, five minutes; metrics of one namespace."""
    made = deployed(deploy)
    token, metric = json.loads(made.named("vpn-identity-policy").inputs["policy"])["Statement"]
    assert token["Action"] == "sts:GetWebIdentityToken"
    assert token["Condition"] == {
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "api.tailscale.com/vpn-identity-trust"},
        "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
    }
    assert metric["Condition"] == {"StringEquals": {"cloudwatch:namespace": NAMESPACE}}


def test_boundary_leaves_the_role_what_it_has(deploy: Deploy) -> None:
    """Every statement of it; nothing of the machine's would fail in silence."""
    boundary = boundary_document(HERE)
    for statement in json.loads(deployed(deploy).named("vpn-identity-policy").inputs["policy"])["Statement"]:
        resource = statement["Resource"].replace("*", "x")
        request = {"aws:PrincipalArn": HERE.identity_role("router")}
        assert allowed(boundary, statement["Action"], resource, request), statement["Sid"]


def test_role_is_out_of_reach_of_the_platform(deploy: Deploy) -> None:
    """It lies under the path of identities, with the boundary, and only machines assume it."""
    role = deployed(deploy).named("vpn-identity-role").inputs
    assert role["path"] == "/nationgraph/identity/"
    assert role["permissionsBoundary"] == HERE.boundary
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_routers_are_two_in_two_zones_and_never_old(deploy: Deploy) -> None:
    """Replaced one after the other, before they are taken away; never older than a week."""
    made = deployed(deploy, router_count=3)
    group = made.one(GROUP).inputs
    assert (group["minSize"], group["desiredCapacity"], group["maxSize"]) == (3, 3, 6)
    assert group["vpcZoneIdentifiers"] == ["subnet-a", "subnet-b"]
    assert group["maxInstanceLifetime"] == LIFETIME_SECONDS == 604800
    refresh = group["instanceRefresh"]
    assert refresh["strategy"] == "Rolling"
    assert refresh["preferences"]["minHealthyPercentage"] == 100
    # Auto Scaling rolls back no template whose image is a parameter of Systems Manager.
    assert made.one(TEMPLATE).inputs["imageId"].startswith("resolve:ssm:")
    assert "autoRollback" not in refresh["preferences"]
    assert made.named("vpn-identity-policy").urn in made.one(GROUP).dependencies


def test_machines_are_small_closed_and_encrypted(deploy: Deploy) -> None:
    """Arm64, IMDSv2, no key, an encrypted disk, and tags on machine and volume, which say that it is a router."""
    given = deployed(deploy).one(TEMPLATE).inputs
    assert given["imageId"].endswith("/arm64")
    assert given["instanceType"] == "t4g.small"
    assert given["instanceInitiatedShutdownBehavior"] == "terminate"
    assert given["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    assert "keyName" not in given
    assert given["blockDeviceMappings"][0]["ebs"]["encrypted"] == "true"
    for spec in given["tagSpecifications"]:
        assert spec["tags"] == {**TAGS, "Name": "router-dev", "nationgraph:access": "router"}


def test_wireguard_in_and_the_model_out(deploy: Deploy) -> None:
    """One rule in. Out: devices, packages and services, and the ports of the access model where they are."""
    group = deployed(deploy).one("aws:ec2/securityGroup:SecurityGroup").inputs
    (rule,) = group["ingress"]
    assert (rule["protocol"], rule["fromPort"], rule["toPort"]) == ("udp", 41641, 41641)
    inward = [(r["protocol"], r["fromPort"], r["toPort"]) for r in group["egress"] if r["cidrBlocks"] != ["0.0.0.0/0"]]
    assert inward == [("tcp", 5432, 5432)]
    outward = {(r["protocol"], r["toPort"]) for r in group["egress"] if r["cidrBlocks"] == ["0.0.0.0/0"]}
    assert outward == {("udp", 65535), ("tcp", 443), ("tcp", 80)}


def test_machines_advertise_the_routes_with_their_tag(deploy: Deploy) -> None:
    """The script gets the client id and audience that Tailscale gave, and the routes."""
    (environment,) = [f for f in user_data(deployed(deploy))["write_files"] if f["path"] == "/etc/router.env"]
    lines = environment["content"].splitlines()
    assert 'ROUTES="10.0.0.0/20,10.0.144.0/23"' in lines
    assert 'TAG="tag:router"' in lines
    assert 'CLIENT_ID="vpn-identity-trust-id"' in lines
    assert 'PROBE_HOST="sts.eu-central-1.amazonaws.com"' in lines


def test_alarm_rings_below_two(deploy: Deploy) -> None:
    """Two routers count ten in five minutes; one cannot reach eight; silence is an outage."""
    alarm = deployed(deploy).named("vpn-routers-alarm").inputs
    assert (alarm["namespace"], alarm["metricName"], alarm["statistic"]) == (NAMESPACE, METRIC, "Sum")
    assert alarm["comparisonOperator"] == "LessThanThreshold"
    assert alarm["threshold"] == 8
    assert alarm["treatMissingData"] == "breaching"
    assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]


@pytest.mark.parametrize("rule", [sec_05_no_lasting_keys, sec_05_router_invariants, sec_07_no_open_ingress])
def test_component_satisfies_its_policies(deploy: Deploy, stack_violations: Any, rule: Any) -> None:
    """What needs the network's subnets beside it is judged on the whole platform."""
    found = stack_violations(rule.RULE, deployed(deploy))
    assert [message for message in found if "zones of this stack" not in message] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"zones": ["eu-central-1a", "eu-central-1a"]},
            "do not outlive the loss of one; pass the public subnets of two",
        ),
        ({"zones": []}, "routers in no zone"),
        ({"subnet_ids": ["subnet-a"]}, "pass the public subnets of two zones or more"),
        ({"router_count": 1}, "count: 1 router is none while it is replaced; use 2 or more"),
        ({"routes": []}, "resolver: 10.0.0.2 lies in none of the routes"),
        ({"resolver": "10.0.64.2"}, "10.0.64.2 lies in none of the routes 10.0.0.0/20, 10.0.144.0/23"),
    ],
)
def test_bad_args_are_refused(deploy: Deploy, changes: dict[str, Any], message: str) -> None:
    """A wrong value fails with what to write instead."""
    with pytest.raises(ValueError, match=message):
        deployed(deploy, **changes)
