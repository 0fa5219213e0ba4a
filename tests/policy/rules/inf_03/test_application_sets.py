"""INF-03: an ApplicationSet creates and updates Applications, and deletes none."""

import pytest

from components.argocd import application_sets
from policy.rules.inf_03.application_sets import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, application_set
from tests.support.resources import UNKNOWN, Case

PARAMETERS = "spec: {source: {helm: {parameters: %s}}}"
HIDDEN = "metadata: {labels: {a: x%s}, finalizers: [y], labels: {b: c,\n}}"
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
    "x: &a {project: b}\nspec: {<<: *a}": "has an anchor",
    "a: &a [*a]": "has an anchor",
    PARAMETERS % "[{name: a, value: '{{.image}}'}]": "has an action whose result cannot be known",
    PARAMETERS % "[{name: a, value: {{.image | quote}}}]": "has an action whose result cannot be known",
    'spec: { {{"pro"}}ject: x}': "has an action whose result cannot be known",
    "{{range .a}}{{end}}": "has an action whose result cannot be known",
    "spec: [": "is no YAML that can be read",
    "spec: {a: *b}": "has an anchor",
    "[" * 50 + "]" * 50: "is too deep to be read",
    "[" * 5000: "is too deep to be read",
    "a: " + "x" * 30_000: "is too long to be read",
    "".join(f'{{{{if hasKey . "k{n}"}}}}{{{{end}}}}' for n in range(5)): "is too long to be read",
    '{{if hasKey . "a"}}': "has an action whose result cannot be known",
    "{{end}}": "has an action whose result cannot be known",
    "a: {{": "has an action whose result cannot be known",
    "? [spec]\n: {project: x}": "has a key that is no text",
    # A comment that is there with one key, or by a blank that is trimmed, and without it hides nothing.
    HIDDEN % '{{if hasKey . "a"}} # {{end}}': "sets metadata.finalizers",
    HIDDEN % ' {{- if hasKey . "a"}}#{{end}}': "sets metadata.finalizers",
    'spec: {{if hasKey . "a"}}{source: {helm: {parameters: [{name: x}]}}}{{else}}{path: x}{{end}}': "sets spec.path",
    # A value that becomes part of another is not one value.
    PARAMETERS % "[{name: a, value: x{{.image | toJson}}}]": "has a value by toJson that does not stand alone",
    PARAMETERS % "[{name: a, value: '{{.image | toJson}}'}]": "has a value by toJson that does not stand alone",
    PARAMETERS % "[{name: a, value: {{.a | toJson}}{{.b | toJson}}}]": "is no YAML that can be read",
    "metadata: {labels: {{.a | toJson}}}": "sets metadata.labels",
    "spec: {{.a | toJson}}": "sets spec",
    "{{.a | toJson}}: {project: x}": "sets a value of the generator, by toJson.project",
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
