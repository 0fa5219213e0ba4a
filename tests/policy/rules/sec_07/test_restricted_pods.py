"""SEC-07: a pod has no right on its node that the Pod Security Standard "restricted" forbids."""

import pytest

from policy.rules.sec_07.restricted_pods import RULE
from tests.policy.support.blocks import judge
from tests.policy.support.kubernetes import CONTAINER, GONE, cron_job, deployment, pod
from tests.support.resources import UNKNOWN, Case, Res

CASES = [
    Case("pass", "restricted", [deployment(), cron_job(), pod()]),
    Case(
        "pass",
        "what is safe",
        [
            deployment(
                ("spec.template.spec.containers.0.securityContext.capabilities.add", ["NET_BIND_SERVICE"]),
                ("spec.template.spec.securityContext.sysctls", [{"name": "net.ipv4.tcp_rmem", "value": "1"}]),
            )
        ],
    ),
    Case(
        "pass",
        "a patch that says nothing of it",
        [deployment(("spec.template.spec.containers.0.securityContext", GONE), as_type="apps/v1:DeploymentPatch")],
    ),
    Case(
        "pass",
        "stated for the container alone",
        [
            deployment(
                ("spec.template.spec.securityContext", GONE),
                ("spec.template.spec.containers.0.securityContext.runAsNonRoot", True),
                ("spec.template.spec.containers.0.securityContext.seccompProfile", {"type": "RuntimeDefault"}),
            )
        ],
    ),
    *(
        Case(
            "fail",
            f"{path} {value}",
            [deployment((f"spec.template.spec.{path}", value))],
            [f"{path.replace('containers.0', 'containers[0]').replace('volumes.0', 'volumes[0]')}"],
        )
        for path, value in (
            *(("hostNetwork", True), ("hostPID", True), ("hostIPC", True), ("volumes.0.hostPath", {"path": "/"})),
            *(
                ("containers.0.securityContext.privileged", True),
                ("containers.0.securityContext.procMount", "Unmasked"),
            ),
            *(
                ("containers.0.securityContext.capabilities.add", ["SYS_ADMIN"]),
                ("containers.0.securityContext.capabilities.drop", ["NET_RAW"]),
            ),
            *(("containers.0.securityContext.runAsNonRoot", False), ("containers.0.securityContext.runAsUser", 0)),
            *(
                ("containers.0.securityContext.seccompProfile.type", "Unconfined"),
                ("containers.0.securityContext.appArmorProfile.type", "Unconfined"),
            ),
            *(("containers.0.securityContext.allowPrivilegeEscalation", True), ("securityContext.runAsUser", 0)),
            *(("securityContext.seLinuxOptions.type", "spc_t"), ("securityContext.seLinuxOptions.user", "root")),
            *(
                ("securityContext.windowsOptions.hostProcess", True),
                ("securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}]),
            ),
        )
    ),
    Case(
        "fail",
        "a port of the node",
        [deployment(("spec.template.spec.containers.0.ports", [{"containerPort": 80, "hostPort": 80}]))],
        ["ports[0].hostPort"],
    ),
    Case(
        "fail",
        "a probe of somewhere else",
        [deployment(("spec.template.spec.containers.0.livenessProbe.httpGet.host", "10.0.0.1"))],
        ["livenessProbe.httpGet.host"],
    ),
    Case(
        "fail",
        "an annotation",
        [
            deployment(
                (
                    "spec.template.metadata.annotations",
                    {"container.apparmor.security.beta.kubernetes.io/billing": "unconfined"},
                )
            )
        ],
        ["annotation container.apparmor"],
    ),
    *(
        Case(
            "fail",
            kind,
            [deployment((f"spec.template.spec.{kind}", [{**CONTAINER, "securityContext": {"privileged": True}}]))],
            [f"{kind}[0].securityContext.privileged"],
        )
        for kind in ("initContainers", "ephemeralContainers")
    ),
    Case(
        "fail",
        "in a job",
        [cron_job(("spec.jobTemplate.spec.template.spec.hostPID", True))],
        ["spec.jobTemplate.spec.template.spec.hostPID"],
    ),
    Case(
        "fail",
        "in a list",
        [
            deployment(as_type="apps/v1:Deployment"),
            Res("kubernetes:core/v1:PodList", "all", {"items": [{"spec": {"hostIPC": True}}]}),
        ],
        ["items[0].spec.hostIPC"],
    ),
    Case(
        "absent",
        "nothing stated",
        [
            deployment(
                ("spec.template.spec.securityContext", GONE), ("spec.template.spec.containers.0.securityContext", GONE)
            )
        ],
        ["runAsNonRoot is None", "seccompProfile.type is None", "allowPrivilegeEscalation is None", "lacks 'ALL'"],
    ),
    Case("unknown", "the pod", [deployment(("spec.template", UNKNOWN))]),
    Case("unknown", "the context", [deployment(("spec.template.spec.containers.0.securityContext", UNKNOWN))]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_case(case: Case) -> None:
    """The rule reads each case as the case says."""
    judge(RULE, case)
