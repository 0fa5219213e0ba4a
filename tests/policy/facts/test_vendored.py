"""The manifests of Argo CD for high availability, but for schemas and scripts: what its vendor needs passes."""

from pathlib import Path

import pytest

from policy.core.engine import load_rules
from policy.facts import images, kubernetes, manifests
from policy.facts.workloads import workloads

FILE = Path(__file__).parents[1] / "support" / "argocd_3_2_11.json"
MANIFESTS = manifests.load([FILE], "charts-production")
RESOURCES = [manifest.resource for manifest in MANIFESTS]
RULES = {name: rule for name, rule in load_rules().items() if not name.startswith(("sec-02", "sec-05", "sec-06"))}
PATCHED = {
    "inf-02-argocd-settings": {"argocd-cm", "argocd-cmd-params-cm"},
    "sec-07-no-open-network-policy": {"argocd-server-network-policy"},
}
"""What the platform changes of the vendor's manifests: settings, and who may open the server."""


def said(name: str) -> dict[str, list[str]]:
    """What a rule says, by the name of the object."""
    found: dict[str, list[str]] = {}
    rule = RULES[name]
    for resource in RESOURCES:
        if rule.check is not None and (not rule.types or resource.resource_type in rule.types):
            for message in rule.check(resource):
                found.setdefault(resource.name, []).append(message)
    for accused, message in rule.check_stack(RESOURCES) if rule.check_stack else ():
        found.setdefault(accused.name, []).append(message)
    return found


@pytest.mark.parametrize("name", RULES)
def test_only_what_the_platform_changes_is_found(name: str) -> None:
    """Each rule over all of it."""
    assert set(said(name)) == PATCHED.get(name, set())


@pytest.mark.parametrize("row", kubernetes.exceptions(), ids=lambda row: " ".join(sorted(row.rules)))
def test_each_exception_excuses_something(row: kubernetes.Excuse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the rule finds each object that it names; one that excuses nothing is a hole to be closed."""
    monkeypatch.setattr(kubernetes, "exceptions", lambda: ())
    for rule in row.rules:
        assert {one.rpartition("/")[2] for one in row.objects} <= set(said(rule))


def test_each_vendored_image_is_used() -> None:
    """Images by tag are those of the manifests, and no more."""
    used = {
        container.body["image"]
        for resource in RESOURCES
        for workload in workloads(resource)
        for container in workload.containers()
    }
    assert used == images.allowed().vendored
