"""INF-05: every container of a core service says when it has started, when it is ready and when it is dead."""

import pytest

from policy.rules.inf_05.probes import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import CONTAINER, GONE, cron_job, deployment, probe
from tests.support.resources import UNKNOWN, Case

CASES = [
    Case(
        "pass",
        "all three; a job; another tier; an init container",
        [
            deployment(("spec.template.spec.initContainers", [{"name": "x"}])),
            cron_job(("spec.jobTemplate.spec.template.spec.containers.0.livenessProbe", GONE), name="job"),
            deployment(
                ("spec.template.spec.containers.0.livenessProbe", GONE),
                ("spec.template.metadata.labels", {"nationgraph.io/tier": "standard"}),
                ("metadata.labels", GONE),
                name="other",
            ),
        ],
    ),
    Case(
        "pass",
        "a patch",
        [deployment(("spec.template.spec.containers.0.livenessProbe", GONE), as_type="apps/v1:DeploymentPatch")],
    ),
    Case(
        "fail",
        "readiness is liveness",
        [
            deployment(
                ("spec.template.spec.containers.0.livenessProbe", {**probe("/health/ready"), "periodSeconds": 99})
            )
        ],
        ["asks what readinessProbe asks"],
    ),
    Case(
        "fail",
        "asks nothing",
        [deployment(("spec.template.spec.containers.0.startupProbe", {"periodSeconds": 1}))],
        ["startupProbe is absent or asks nothing"],
    ),
    Case(
        "fail",
        "a sidecar",
        [
            deployment(
                (
                    "spec.template.spec.initContainers",
                    [{**CONTAINER, "restartPolicy": "Always", "readinessProbe": None}],
                )
            )
        ],
        ["initContainers[0].readinessProbe"],
    ),
    Case(
        "fail",
        "no tier counts as core",
        [
            deployment(
                ("spec.template.spec.containers.0.livenessProbe", GONE),
                ("spec.template.metadata.labels", GONE),
                ("metadata.labels", GONE),
            )
        ],
        ["livenessProbe"],
    ),
    Case(
        "absent",
        "none",
        [
            deployment(
                ("spec.template.spec.containers.0.startupProbe", GONE),
                ("spec.template.spec.containers.0.readinessProbe", GONE),
                ("spec.template.spec.containers.0.livenessProbe", GONE),
            )
        ],
        ["startupProbe", "readinessProbe", "livenessProbe"],
    ),
    Case(
        "unknown",
        "a probe",
        [
            deployment(
                ("spec.template.spec.containers.0.livenessProbe", UNKNOWN),
                ("spec.template.spec.containers.0.startupProbe.httpGet.path", UNKNOWN),
            )
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
