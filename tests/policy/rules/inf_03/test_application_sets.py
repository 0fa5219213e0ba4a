"""INF-03: an ApplicationSet creates and updates Applications, and deletes none."""

import pytest

from policy.rules.inf_03.application_sets import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import GONE, application_set
from tests.support.resources import UNKNOWN, Case

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
    Case(
        "fail",
        "smuggled",
        [application_set(("spec.templatePatch", "metadata: {finalizers: [x]}"))],
        ["templatePatch sets finalizers"],
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
        "policy",
        [application_set(("spec.syncPolicy", UNKNOWN)), application_set(("spec", UNKNOWN), name="other")],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
