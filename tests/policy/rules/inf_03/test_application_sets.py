"""INF-03: an ApplicationSet creates and updates Applications, and deletes none."""

import pytest

from components.argocd import application_sets
from policy.rules.inf_03.application_sets import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, application_set
from tests.support.resources import UNKNOWN, Case

PARAMETERS = "spec: {source: {helm: {parameters: %s}}}"
PATCHES = {
    "metadata: {finalizers: [x]}": "sets metadata.finalizers.[]",
    "metadata: {annotations: {a: b}}": "sets metadata.annotations.a",
    "spec: {project: default}": "sets spec.project",
    "spec: {project: }": "sets spec.project",
    '{"spec": {"pro\\u006aect": "default"}}': "sets spec.project",
    "spec: {destination: {namespace: kube-system}}": "sets spec.destination.namespace",
    "spec: {destination: {}}": "sets spec.destination",
    "spec: {syncPolicy: {automated: {allowEmpty: true}}}": "sets spec.syncPolicy.automated.allowEmpty",
    "spec: {syncPolicy: null}": "sets spec.syncPolicy",
    "spec: {sources: [{repoURL: x}]}": "sets spec.sources.[].repoURL",
    "spec: {source: {path: x}}": "sets spec.source.path",
    "spec: {source: {helm: {valueFiles: [x]}}}": "sets spec.source.helm.valueFiles.[]",
    "spec: {source: {helm: {parameters: {$patch: delete}}}}": "sets spec.source.helm.parameters.$patch",
    PARAMETERS % "[]": "sets spec.source.helm.parameters",
    PARAMETERS % "null": "sets spec.source.helm.parameters",
    PARAMETERS % "[{name: a, value: [b]}]": "sets spec.source.helm.parameters.[].value.[]",
    "spec: {project: a}\nspec: {source: {helm: {parameters: [{name: a}]}}}": "sets spec.project",
    '{{if hasKey . "a"}}spec: {project: a}{{end}}': "sets spec.project",
    "x: &a {project: b}\nspec: {<<: *a}": "sets spec.<<.project",
    PARAMETERS % "[{name: a, value: '{{.image}}'}]": "has an action whose result cannot be known",
    PARAMETERS % "[{name: a, value: {{.image | quote}}}]": "has an action whose result cannot be known",
    'spec: { {{"pro"}}ject: x}': "has an action whose result cannot be known",
    "{{range .a}}{{end}}": "has an action whose result cannot be known",
    "spec: [": "is no YAML that could be read",
    "spec: {a: *b}": "is no YAML that could be read",
    "a: &a [*a]": "is no YAML that could be read",
    "[" * 50 + "]" * 50: "is no YAML that could be read",
    "project": "is no object",
}
"""Of each: what is said. A patch overrides the template, in whatever way it is written."""
PATCH = """
metadata: {labels: {a: {{.tier | toJson}}}}
{{- if hasKey . "migrations" }}
spec:
  source: {helm: {parameters: [{name: a, value: {{ .values.a | toJson }}, forceString: true}]}}
{{- end }}
"""

CASES = [
    Case(
        "pass",
        "guarded",
        [
            application_set(),
            application_set(
                ("spec.syncPolicy.applicationsSync", "create-only"),
                ("spec.templatePatch", "metadata: {labels: {a: b}}"),
                name="only",
            ),
            application_set(("spec.templatePatch", PATCH), name="patched"),
            application_set(("spec.templatePatch", ""), name="empty"),
            application_set(("spec.templatePatch", application_sets.PATCH), name="own"),
        ],
    ),
    *(
        Case(
            "fail",
            f"sync {value}",
            [application_set(("spec.syncPolicy.applicationsSync", value))],
            [f"applicationsSync is '{value}'"],
        )
        for value in ("sync", "create-delete")
    ),
    Case(
        "fail",
        "not preserved",
        [application_set(("spec.syncPolicy.preserveResourcesOnDeletion", False))],
        ["preserveResourcesOnDeletion is False"],
    ),
    *(
        Case(
            "fail", f"order {value}", [application_set(("spec.strategy", {"deletionOrder": value}))], ["deletionOrder"]
        )
        for value in ("Reverse", "reverse")
    ),
    *(
        Case("fail", f"patch {patch}", [application_set(("spec.templatePatch", patch))], [f"templatePatch {said}"])
        for patch, said in PATCHES.items()
    ),
    Case(
        "fail",
        "missing keys",
        [application_set(("spec.goTemplateOptions", GONE), ("spec.goTemplate", False))],
        ["missingkey=error", "goTemplate is False"],
    ),
    Case(
        "absent",
        "policy",
        [application_set(("spec.syncPolicy", GONE))],
        ["applicationsSync is None", "preserveResourcesOnDeletion is None"],
    ),
    Case(
        "unknown",
        "policy and patch",
        [
            application_set(("spec.syncPolicy", UNKNOWN), ("spec.templatePatch", UNKNOWN)),
            application_set(("spec", UNKNOWN), name="other"),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
