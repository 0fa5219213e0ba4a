"""Whatever a state and a log hold, dangers are found or not: nothing raises, and no finder gives up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.change import Change
from reports.dangers import dangers
from reports.events import Step, parse
from reports.values import SIGNATURE
from tests.engine.support import danger_cluster, danger_stack
from tests.reports.support.changes import change_of
from tests.reports.support.mutants import documents, logs
from tests.reports.support.runs import lines
from tests.support.resources import Res

STACK = [*danger_stack.BASE, *danger_cluster.BASE]
MORE = [
    Res("aws:iam/groupMembership:GroupMembership", "members", {"group": "a", "users": ["b"]}),
    Res("aws:ssoadmin/accountAssignment:AccountAssignment", "assigned", {"principalId": "p", "targetId": "1"}),
    Res("kubernetes:argoproj.io/v1alpha1:ApplicationSet", "set",
        {"metadata": {"name": "set"}, "spec": {"generators": [{"list": {"elements": [{"service": "a"}]}}]}}),
    Res("kubernetes:argoproj.io/v1alpha1:AppProject", "project", {"metadata": {}, "spec": {"sourceRepos": ["a"]}}),
    Res("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "binding",
        {"metadata": {}, "roleRef": {"name": "view"}, "subjects": [{"kind": "Group", "name": "a"}]}),
    Res("kubernetes:core/v1:PersistentVolumeClaim", "claim",
        {"metadata": {"annotations": {"argocd.argoproj.io/sync-options": "Prune=confirm"}}}),
    Res("kubernetes:core/v1:ConfigMap", "settings", {"metadata": {"name": "argocd-cm"}, "data": {"exec.enabled": "x"}}),
    Res("kubernetes:core/v1:ConfigMap", "roles",
        {"metadata": {"name": "argocd-rbac-cm"}, "data": {"policy.csv": "p, a, b, c, d, deny", "policy.default": ""}}),
    Res("kubernetes:core/v1:ConfigMap", "services",
        {"metadata": {"name": "services", "annotations": {"nationgraph.io/deletion-budget": "1"}}, "data": {"a": "b"}}),
    Res("kubernetes:core/v1:ResourceQuota", "quota", {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}}),
    Res("kubernetes:core/v1:Service", "service", {"metadata": {"name": "s"}, "spec": {"type": "ClusterIP"}}),
    Res("kubernetes:apps/v1:Deployment", "deployment", {"metadata": {"name": "d"}, "spec": {"replicas": 2}}),
    Res("kubernetes:argoproj.io/v1alpha1:Application", "application",
        {"metadata": {"name": "a"}, "spec": {"source": {"repoURL": "u"}, "sources": [{"repoURL": "u"}]}}),
    Res("aws:cloudwatch/eventRule:EventRule", "events",
        {"eventPattern": '{"a": 1}', "scheduleExpression": "rate(1 day)"}),
    Res("aws:rds/parameterGroup:ParameterGroup", "parameters",
        {"parameters": [{"name": "rds.force_ssl", "value": "1"}]}),
]  # fmt: skip
RESOURCES = [*STACK, *MORE]
FEW = settings(
    max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


def _mutated(step: Step, inputs: Any) -> Step:
    changed = inputs if isinstance(inputs, dict) else {}
    return replace(step, operation="update", keys=(), new={**step.new, "inputs": changed, "outputs": changed})


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Some resources with values of wrong shapes, after the change or before it."""
    change = change_of(RESOURCES, RESOURCES)
    urns = draw(st.lists(st.sampled_from([step.urn for step in change.run.steps]), min_size=1, max_size=4, unique=True))
    before = {entry["urn"]: entry for entry in change.before}
    made: dict[str, Any] = {urn: draw(documents([dict(before[urn]["inputs"])])) for urn in urns}
    steps = [_mutated(step, made[step.urn]) if step.urn in made else step for step in change.run.steps]
    after = [_with(entry, made) for entry in change.after]
    run = replace(change.run, steps=steps)
    if draw(st.booleans()):
        turned = [replace(step, old=step.new, new=step.old) for step in steps]
        return Change(stack="production", run=replace(run, steps=turned), before=after, after=change.before)
    return Change(stack="production", run=run, before=change.before, after=after)


def _with(entry: Mapping[str, Any], made: Mapping[str, Any]) -> Mapping[str, Any]:
    if entry["urn"] not in made:
        return entry
    inputs = made[entry["urn"]] if isinstance(made[entry["urn"]], dict) else {}
    return {**entry, "inputs": inputs, "outputs": inputs}


@FEW
@given(changes())
def test_no_value_ends_a_finder(change: Change) -> None:
    """Each danger is one harmless line, and none says that something could not be compared."""
    for danger in dangers(change):
        assert "could not be compared" not in danger.sentence
        for text in (danger.sentence, danger.resource, danger.property, danger.before, danger.after, danger.why):
            assert text.isprintable() or text == " ".join(text.split())
            assert "\x1b" not in text
            assert SIGNATURE not in text


@FEW
@given(logs([line for name in ("create", "finding", "replace", "destroy", "up") for line in lines(name)]))
def test_any_log_gives_dangers(text: list[str]) -> None:
    """Without a state too."""
    for run in parse(text):
        for danger in dangers(Change(stack="dev", run=run)):
            assert "could not be compared" not in danger.sentence
