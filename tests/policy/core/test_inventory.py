"""The rules as a whole: none is missing, each is proven by cases that run as the engine would run them."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto

from models.roadmap.loader import load_ledger
from policy.core import pack
from policy.core.engine import load_rules
from tests.policy.support.cases import Pack, of
from tests.support.resources import Case, clean, module_of

pytestmark = pytest.mark.no_cover

NAMES = [
    "inf-01-chart-sources",
    "inf-02-application-guards",
    "inf-02-argocd-settings",
    "inf-02-confirmed-deletion",
    "inf-02-project-scope",
    "inf-03-application-sets",
    "inf-05-probes",
    "inf-06-scaling-signals",
    "inf-06-zone-loss",
    "sec-01-no-plaintext-outputs",
    "sec-01-no-plaintext-secrets",
    "sec-01-no-secret-objects",
    "sec-02-every-secret-rotates",
    "sec-02-rotation-gap",
    "sec-03-no-synced-secrets",
    "sec-05-acl",
    "sec-05-no-lasting-keys",
    "sec-05-no-public-tools",
    "sec-05-router-invariants",
    "sec-06-database-subnets",
    "sec-06-granted-paths",
    "sec-06-no-path-from-internet",
    "sec-06-private-database",
    "sec-07-api-tokens",
    "sec-07-closed-default-security-group",
    "sec-07-cluster-access",
    "sec-07-cluster-nodes",
    "sec-07-control-plane-logs",
    "sec-07-cross-account-trust",
    "sec-07-default-deny",
    "sec-07-encryption-at-rest",
    "sec-07-flow-logs",
    "sec-07-iam-escalation",
    "sec-07-iam-wildcards",
    "sec-07-instance-metadata",
    "sec-07-key-policies",
    "sec-07-kms-rotation",
    "sec-07-kubernetes-bindings",
    "sec-07-kubernetes-roles",
    "sec-07-no-iam-users",
    "sec-07-no-open-ingress",
    "sec-07-no-open-network-policy",
    "sec-07-no-public-sharing",
    "sec-07-oidc-trust",
    "sec-07-permissions-boundary",
    "sec-07-pinned-images",
    "sec-07-required-tags",
    "sec-07-resource-policies",
    "sec-07-restricted-namespaces",
    "sec-07-restricted-pods",
    "sec-07-s3-encryption",
    "sec-07-s3-public-access",
    "sec-07-s3-tls",
    "sec-07-s3-versioning",
    "sec-07-stateful-protection",
    "sec-07-tls-forced",
]
"""Every rule, written out: a file that is lost or renamed must be seen here."""

RULES = load_rules()
ROOT = Path(__file__).resolve().parents[3]
SEVERITIES = {
    "low": proto.POLICY_SEVERITY_LOW,
    "medium": proto.POLICY_SEVERITY_MEDIUM,
    "high": proto.POLICY_SEVERITY_HIGH,
    "critical": proto.POLICY_SEVERITY_CRITICAL,
}


def cases_of(name: str) -> list[Case]:
    """The cases that the rule's test module exports."""
    module = importlib.import_module(module_of(name))
    cases: list[Case] = module.CASES
    return cases


ALL_CASES = [
    pytest.param(name, case, id=f"{name}: {case.kind}: {case.title}") for name in RULES for case in cases_of(name)
]


def test_inventory_is_exact() -> None:
    """The folder holds these rules and no other."""
    assert list(RULES) == NAMES


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_every_kind_of_case(name: str) -> None:
    """Pass, fail, absent and unknown: a rule without one of them has an untested way through it."""
    cases = cases_of(name)
    assert {case.kind for case in cases} == {"pass", "fail", "absent", "unknown"}
    assert len({(case.kind, case.title) for case in cases}) == len(cases)
    assert all(case.says for case in cases if case.kind == "fail"), "a failing case says what the message holds"


@pytest.mark.parametrize(("name", "case"), ALL_CASES)
def test_case_as_the_engine_runs_it(name: str, case: Case) -> None:
    """Violations are mandatory, carry severity, name and URN of a resource of the case; all else brings none."""
    found = of(name, Pack({name: RULES[name]}).run(case.resources))
    mandatory = [diagnostic for diagnostic in found if diagnostic.enforcementLevel == proto.MANDATORY]
    if case.kind in ("pass", "unknown"):
        assert [clean(d.message) for d in mandatory] == []
    else:
        assert mandatory
    if case.kind == "pass":
        assert found == []
    names = {f"urn:pulumi:production::nationgraph-platform::{r.type}::{r.name}": r.name for r in case.resources}
    for diagnostic in mandatory:
        message = clean(diagnostic.message).removeprefix(f"{RULES[name].description}\n")
        assert diagnostic.severity == SEVERITIES[RULES[name].severity.value]
        assert diagnostic.urn in names
        resource = names[diagnostic.urn]
        assert message.startswith(f"{resource}: ")
        assert not message.startswith(f"{resource}: {resource}"), "the pack adds the name; the rule does not"
    told = "\n".join(clean(d.message) for d in mandatory)
    assert [fragment for fragment in case.says if fragment not in told] == []


def test_every_rule_belongs_to_a_clause_of_the_ledger() -> None:
    """A rule without a clause would have no due date; one with the wrong clause would be named after another."""
    ledger = load_ledger()
    for name, rule in RULES.items():
        assert ledger.clause(rule.clause).id == rule.clause
        assert name.startswith(f"{rule.clause.lower()}-")


def test_the_engine_is_told_all_about_each_policy() -> None:
    """Name, description, severity, framework, clause, remediation and a page that exists, for each policy."""
    info: Any = Pack(RULES).servicer.GetAnalyzerInfo(None, None)
    assert [policy.name for policy in info.policies] == [*NAMES, *pack.WAIVER_POLICIES]
    for policy in info.policies:
        assert policy.description.strip() == policy.description != ""
        assert policy.severity != proto.POLICY_SEVERITY_UNSPECIFIED
        assert policy.remediation_steps
        assert policy.tags[0] == policy.name[:6].upper()
        assert (ROOT / policy.url.removeprefix(f"{pack.SOURCE}/")).is_file()
        assert policy.name in pack.WAIVER_POLICIES or policy.framework.name
