"""Who signs, what the function is told and may do, who lets it in, and what rings when no token comes."""

import json
from typing import Any

import pytest

from cli.target import ROOT
from components.argocd.alarms import EVERY_MINUTES, TABLE
from components.argocd.args import installation
from components.argocd.repository_token import ALGORITHM, GithubApp, RepositoryToken
from components.argocd.rights import TOKEN
from lambdas.argocd_token import handler, signing
from policy.rules.sec_07.key_policies import RULE as KEY_POLICIES
from tests.components.argocd.support.arguments import REPOSITORY, arguments
from tests.components.argocd.support.token import GROUP, ROLE, names, token_arguments
from tests.components.functions.test_functions import statements
from tests.conftest import Deploy, Deployment


@pytest.fixture
def made(deploy: Deploy) -> Deployment:
    """The component by itself."""
    return deploy(lambda: RepositoryToken("argocd-token", token_arguments()))


def test_the_key_is_made_without_its_material(made: Deployment) -> None:
    """RSA to sign, protected, and nothing in it that Pulumi knows: a person imports it."""
    key = made.named("argocd-token-app-key")
    assert key.type == "aws:kms/externalKey:ExternalKey"
    assert (key.inputs["keySpec"], key.inputs["keyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
    assert not {"keyMaterialBase64", "validTo", "enabled"} & key.inputs.keys()
    assert (key.protect, key.retain, key.inputs["deletionWindowInDays"]) == (True, True, 30)


def test_the_function_alone_signs(made: Deployment) -> None:
    """By its own policy with that key and algorithm; the key's policy denies it to everybody else."""
    rows = {row["Sid"]: row for row in json.loads(made.named("argocd-token-app-key").inputs["policy"])["Statement"]}
    assert rows["FunctionAloneSigns"] == {
        "Sid": "FunctionAloneSigns",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:Sign",
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ROLE}},
    }
    assert names().role_arn == ROLE
    own = statements(made)
    assert {sid for sid in own if sid not in ("Log", "Interfaces", "SeeInterfaces", "NotForTheCode")} == {"Sign"}
    assert own["Sign"]["Action"] == "kms:Sign"
    assert own["Sign"]["Resource"].endswith(":argocd-token-app-key")
    assert own["Sign"]["Condition"] == {"StringEquals": {"kms:SigningAlgorithm": ALGORITHM}}
    assert ALGORITHM == signing.ALGORITHM
    assert list(KEY_POLICIES.check_stack(made.stack()) if KEY_POLICIES.check_stack else [None]) == []


def test_what_it_is_told(made: Deployment) -> None:
    """Everything that its README lists, and no secret."""
    told = made.one("aws:lambda/function:Function").inputs["environment"]["variables"]
    documented = {line.split("`")[1] for line in _contract() if line.startswith("| `")}
    documented |= {"GITHUB_INSTALLATION_ID"}
    assert documented - {"GITHUB_API"} == told.keys()
    assert json.loads(told["CLUSTER"]) == {
        "name": "nationgraph-test",
        "endpoint": "https://api.eks.internal",
        "authority": "Q0E=",
    }
    assert (told["REPOSITORY"], told["SECRET"]) == (REPOSITORY, "argocd/nationgraph-services-token")


def _contract() -> list[str]:
    text = (ROOT / "lambdas" / "argocd_token" / "README.md").read_text()
    return text.partition("## Contract")[2].partition("## How")[0].splitlines()


def test_where_it_stands_and_how_it_enters(made: Deployment) -> None:
    """Behind the group that was made for it, as its own role, in one group of Kubernetes and with no policy of EKS."""
    assert made.one("aws:lambda/function:Function").inputs["vpcConfig"] == {
        "subnetIds": ["subnet-1", "subnet-2"],
        "securityGroupIds": ["sg-token"],
    }
    assert made.all("aws:ec2/securityGroup:SecurityGroup") == []
    entry = made.one("aws:eks/accessEntry:AccessEntry")
    assert entry.name == "argocd-token-access-function"
    assert entry.inputs["kubernetesGroups"] == [GROUP]
    assert made.named("argocd-token-function-role").urn in entry.dependencies
    assert made.all("aws:eks/accessPolicyAssociation:AccessPolicyAssociation") == []


def test_it_writes_one_secret_and_reads_none() -> None:
    """By name, in one namespace, bound to one group; no object that is declared holds a credential."""
    declared = installation(arguments())
    (role,) = [one for one in declared if (one["kind"], one["metadata"]["name"]) == ("Role", "argocd-token")]
    namespace, _, name = TOKEN.partition("/")
    assert role["metadata"]["namespace"] == namespace
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "patch"], "resourceNames": [name]}
    ]
    (bound,) = [one for one in declared if (one["kind"], one["metadata"]["name"]) == ("RoleBinding", "argocd-token")]
    assert [(one["kind"], one["name"]) for one in bound["subjects"]] == [("Group", GROUP)]
    secrets = {one["metadata"]["name"]: one for one in declared if one["kind"] == "Secret"}
    assert name not in secrets
    assert set(secrets["nationgraph-services"]["stringData"]) == {"type", "url"}


def test_silence_rings(made: Deployment) -> None:
    """Two periods of the schedule without a success; metric and dimension are those that the function writes."""
    alarm = made.named("argocd-token-alarm-stale").inputs
    assert (alarm["period"], alarm["evaluationPeriods"]) == (EVERY_MINUTES * 60, 2)
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert alarm["treatMissingData"] == "breaching"
    assert alarm["alarmDescription"].endswith("/docs/runbooks/argocd-token.md")
    assert (alarm["namespace"], alarm["dimensions"]) == (handler.NAMESPACE, {TABLE.dimension: TOKEN})
    schedule = made.named("argocd-token-schedule").inputs
    assert schedule["scheduleExpression"] == f"rate({EVERY_MINUTES} minutes)"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"client_id": "12345"}, "client_id: '12345' is no client id of a GitHub App"),
        ({"installation_id": "abc"}, "installation_id: 'abc' is no number"),
    ],
)
def test_wrong_apps(changes: dict[str, Any], says: str) -> None:
    """They fail before any resource exists, with the form."""
    given = {"client_id": "Iv23liNationGraph000", "installation_id": "40302010", **changes}
    with pytest.raises(ValueError, match=says):
        GithubApp(**given)
