"""INF-02: no outage, empty result or deleted object makes Argo CD delete what runs."""

import pytest

from policy.rules.inf_02.application_guards import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, application, application_set
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case("pass", "guarded", [application(), application_set(name="set")]),
    *(
        Case("fail", f"finalizer {name}", [application(("metadata.finalizers", [name]))], ["metadata.finalizers"])
        for name in ("resources-finalizer.argocd.argoproj.io", "resources-finalizer.argocd.argoproj.io/background")
    ),
    Case(
        "fail",
        "a template's finalizer",
        [application_set(("spec.template.metadata.finalizers", ["resources-finalizer.argocd.argoproj.io"]))],
        ["spec.template.metadata.finalizers"],
    ),
    Case(
        "fail",
        "a patch",
        [
            application_set(
                (
                    "spec.templatePatch",
                    """
                    metadata: {finalizers: [resources-finalizer.argocd.argoproj.io]}
                    spec: {project: default, syncPolicy: {automated: {allowEmpty: true}, syncOptions: [Force=true]}}
                    """,
                )
            )
        ],
        [
            "spec.templatePatch.metadata.finalizers has",
            "spec.templatePatch.spec.syncPolicy.automated.allowEmpty is True",
            "spec.templatePatch.spec.syncPolicy.syncOptions has 'Force=true'",
            "spec.templatePatch.spec.project is 'default'",
        ],
    ),
    Case(
        "fail", "empty allowed", [application(("spec.syncPolicy.automated.allowEmpty", True))], ["allowEmpty is True"]
    ),
    Case(
        "fail", "deletes to change", [application(("spec.syncPolicy.syncOptions", ["Replace=true"]))], ["Replace=true"]
    ),
    Case("fail", "default project", [application(("spec.project", "default"))], ["spec.project is 'default'"]),
    Case(
        "absent",
        "project",
        [application_set(("spec.template.spec.project", GONE))],
        ["spec.template.spec.project is None"],
    ),
    Case("unknown", "spec", [application(("spec.syncPolicy", UNKNOWN), ("spec.project", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
