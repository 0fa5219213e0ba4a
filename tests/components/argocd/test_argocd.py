"""What the component declares passes every rule, and holds the guards that it promises."""

import pytest
import yaml

from components.argocd.application_sets import FINALIZER
from components.argocd.argocd import ArgoCd
from components.argocd.args import SignIn, delivery, installation
from components.argocd.projects import KINDS
from components.argocd.services import BUDGET
from policy.core.engine import load_rules
from tests.charts.test_golden_chart import MIGRATION, objects, values
from tests.components.argocd.support.arguments import REPOSITORY, arguments
from tests.conftest import Deploy, Deployment

RULES = load_rules()
SETS = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
PROJECTS = "kubernetes:argoproj.io/v1alpha1:AppProject"


@pytest.fixture
def declared(deploy: Deploy) -> Deployment:
    """Everything."""
    return deploy(lambda: ArgoCd("argocd", arguments()))


def findings(made: Deployment) -> list[str]:
    """What every rule says."""
    stack, found = made.stack(), []
    for name, rule in RULES.items():
        for one in stack:
            if rule.check is not None and (not rule.types or one.resource_type in rule.types):
                found += [f"{name}: {one.name}: {said}" for said in rule.check(one)]
        found += [f"{name}: {one.name}: {said}" for one, said in (rule.check_stack(stack) if rule.check_stack else ())]
    return [said for said in found if not said.startswith("sec-02")]


def test_no_rule_finds_anything(declared: Deployment) -> None:
    """Makers' objects, settings, policies, projects and sets alike."""
    assert findings(declared) == []


def test_what_others_hang_on_is_protected_and_stays(declared: Deployment) -> None:
    """Namespace, definitions, projects and sets: with one of them gone, Applications would go."""
    kinds = ("Namespace", "CustomResourceDefinition", "AppProject", "ApplicationSet")
    held = [one for one in declared.resources if one.type.rpartition(":")[2] in kinds]
    assert len(held) == 1 + 3 + 3 + 2
    (services,) = [one for one in declared.resources if one.name == "argocd-configmap-services"]
    assert all(one.protect and one.retain for one in (*held, services))


def test_sets_follow_projects_and_controllers(declared: Deployment) -> None:
    """Nothing is deployed before what limits it is there, and where the list of services is refused, no set changes."""
    named = {one.urn: one.name for one in declared.resources}
    for one in declared.all(SETS):
        before = {named[urn] for urn in one.dependencies if urn in named}
        tier = one.inputs["metadata"]["name"]
        assert f"argocd-appproject-{tier}" in before
        assert "argocd-configmap-argocd-cmd-params-cm" in before
        assert "argocd-configmap-services" in before


def test_services_and_budget_are_one_list() -> None:
    """In an order that does not change; the group of previews may read and patch it, and nothing else."""
    made = arguments(services={"web": "core/graph", "auth": "core/platform"}, deletion_budget=2)
    (listed,) = [one for one in delivery(made) if one["kind"] == "ConfigMap"]
    assert list(listed["data"].items()) == [("auth.service", "core/platform"), ("web.service", "core/graph")]
    assert listed["metadata"]["annotations"] == {BUDGET: "2"}
    rights = {one["kind"]: one for one in installation(made) if one["metadata"]["name"] == "preview-services"}
    assert set(rights) == {"Role", "RoleBinding"}
    (rule,) = rights["Role"]["rules"]
    assert (rule["resources"], rule["resourceNames"]) == (["configmaps"], [listed["metadata"]["name"]])
    assert rule["verbs"] == ["get", "patch"]
    (subject,) = rights["RoleBinding"]["subjects"]
    assert (subject["kind"], subject["name"]) == ("Group", "nationgraph:preview")
    assert rights["RoleBinding"]["roleRef"]["name"] == rights["Role"]["metadata"]["name"]


def test_what_promotes_sees_applications_alone() -> None:
    """The group of the workflow reads them where Argo CD is, and nothing else anywhere."""
    bound = [one for one in installation(arguments()) if one["kind"].endswith("Binding")]
    (own,) = [one for one in bound if {"nationgraph:verdicts"} == {subject["name"] for subject in one["subjects"]}]
    assert own["kind"] == "RoleBinding"
    (role,) = [
        one
        for one in installation(arguments())
        if (one["kind"], one["metadata"]["name"]) == ("Role", own["roleRef"]["name"])
    ]
    wanted = {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["get", "list"]}
    assert role["rules"] == [wanted]


def test_sets_are_one_a_tier_that_has_services(declared: Deployment) -> None:
    """A tier without services has neither project nor set; a service more adds nothing."""
    sets = {one.inputs["metadata"]["name"]: one.inputs for one in declared.all(SETS)}
    assert set(sets) == {"core", "standard"}
    assert {one.inputs["metadata"]["name"] for one in declared.all(PROJECTS)} == {"core", "standard", "default"}
    core = sets["core"]
    assert core["metadata"]["finalizers"] == [FINALIZER]
    assert core["spec"]["syncPolicy"] == {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    generator = core["spec"]["generators"][0]
    assert generator["git"]["files"] == [{"path": "versions/staging.yaml"}]
    assert generator["selector"] == {"matchLabels": {"tier": "core"}}
    template = core["spec"]["template"]
    assert "finalizers" not in template["metadata"]
    assert template["spec"]["source"]["helm"]["valueFiles"] == ["../../values/staging/{{.service}}.yaml"]
    assert template["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True, "allowEmpty": False}


def test_people_sign_in_without_a_client_secret() -> None:
    """PKCE, and the groups that the roles are compiled from."""
    maps = {
        one["metadata"]["name"]: one["data"]
        for one in installation(arguments())
        if one["kind"] == "ConfigMap" and "data" in one
    }
    oidc = yaml.safe_load(maps["argocd-cm"]["oidc.config"])
    assert "clientSecret" not in oidc
    assert oidc["enablePKCEAuthentication"] is True
    assert "groups" in oidc["requestedScopes"]
    assert maps["argocd-cm"]["admin.enabled"] == "false"
    assert "g, engineering, role:operator" in maps["argocd-rbac-cm"]["policy.csv"]


def test_repository_is_declared_without_a_credential() -> None:
    """The address alone; whoever makes tokens adds one."""
    (secret,) = [one for one in installation(arguments()) if one["metadata"]["name"] == "nationgraph-services"]
    assert secret["stringData"] == {"type": "git", "url": REPOSITORY}


def test_projects_allow_what_the_golden_chart_makes() -> None:
    """No kind less, and none that the chart does not make, its migration's Job included."""
    made = objects(values(("migration", MIGRATION)))
    kinds = {(group_of(one["apiVersion"]), kind) for kind, bodies in made.items() for one in bodies}
    assert kinds == set(KINDS)


def group_of(api_version: str) -> str:
    """The API group; empty for the core's."""
    return api_version.rpartition("/")[0]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("tiers", {"core": ["*"]}, "name the namespace"),
        ("tiers", {"core": ["argocd"]}, "name the namespace"),
        ("rbac", {"policy.csv": ""}, "policy.default must be empty"),
        ("rbac", {"policy.default": "role:readonly"}, "policy.default must be empty"),
        ("host", "argocd", "no name of a machine"),
        ("host", "https://argocd.example", "no name of a machine"),
        ("api_cidrs", [], "is empty"),
        ("deletion_budget", -1, "not from 0 to 1000"),
        ("deletion_budget", 1001, "not from 0 to 1000"),
        ("api_cidrs", ["10.0.0.1/8"], "host bits"),
    ],
)
def test_wrong_arguments_are_refused(key: str, value: object, said: str) -> None:
    """Before anything is declared, with what to give instead."""
    with pytest.raises(ValueError, match=said):
        arguments(**{key: value})


@pytest.mark.parametrize("wrong", [{"issuer": "http://accounts.example"}, {"issuer": ""}, {"client_id": " "}])
def test_wrong_sign_in_is_refused(wrong: dict[str, str]) -> None:
    """No issuer without TLS, and no empty name."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SignIn(**{"issuer": "https://accounts.example", "client_id": "argocd", **wrong})


def test_objects_are_the_same_for_the_same_arguments() -> None:
    """No clock, no chance."""
    assert delivery(arguments()) == delivery(arguments())
    assert installation(arguments()) == installation(arguments())
