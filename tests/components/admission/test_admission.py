"""The policies of admission refuse on error, look into teams' namespaces alone, and are in force as they are made."""

import pytest

from components.admission.admission import AdmissionPolicies, AdmissionPoliciesArgs
from components.admission.policies import policies
from components.namespaces.namespaces import TEAM
from tests.conftest import Deploy

ARGS = AdmissionPoliciesArgs(registries=["registry.example/"], delivery="argocd", writers=["ours"])
KINDS = "kubernetes:admissionregistration.k8s.io/v1:"


def test_every_policy_is_bound_and_denies(deploy: Deploy) -> None:
    """A policy without a binding does nothing; one that only warns is read by nobody."""
    deployed = deploy(lambda: AdmissionPolicies("admission", ARGS))
    declared = deployed.all(f"{KINDS}ValidatingAdmissionPolicy")
    bindings = deployed.all(f"{KINDS}ValidatingAdmissionPolicyBinding")
    assert len(declared) == len(bindings) == 4
    named = {binding.inputs["spec"]["policyName"]: binding for binding in bindings}
    for policy in declared:
        binding = named[policy.inputs["metadata"]["name"]]
        assert binding.inputs["spec"]["validationActions"] == ["Deny", "Audit"]
        assert policy.urn in binding.dependencies


def test_an_error_refuses_and_only_teams_are_looked_at() -> None:
    """What AWS and Argo CD run elsewhere is none of these policies' business."""
    for row in policies(registries=["r/"], delivery="argocd", writers=[]):
        constraints = row.spec()["matchConstraints"]
        assert row.spec()["failurePolicy"] == "Fail"
        selector = constraints["objectSelector" if row.of_namespaces else "namespaceSelector"]
        assert selector == {"matchExpressions": [{"key": TEAM, "operator": "Exists"}]}


def test_text_is_text_in_an_expression() -> None:
    """A quote in a value ends no string."""
    (images, *_) = policies(registries=["it's\\/"], delivery="argocd", writers=[])
    assert r"startsWith('it\'s\\/')" in images.expression


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"registries": []}, "no pod could start"),
        ({"registries": ["registry.example"]}, "with a slash at the end"),
        ({"registries": ["https://registry.example/"]}, "write host and path"),
        ({"writers": ["system:authenticated"]}, "choose a group of ours"),
    ],
)
def test_what_would_open_or_close_everything_is_refused(change: dict[str, list[str]], message: str) -> None:
    """Before anything is registered, with the value and the fix."""
    with pytest.raises(ValueError, match=message):
        AdmissionPoliciesArgs(**{**vars(ARGS), **change})
