"""The Pod Security Standard "restricted" of Kubernetes 1.34, check by check.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ and the package
``k8s.io/pod-security-admission/policy`` v0.34.4, which the API server itself judges by.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lib.shapes import mapping
from policy.facts.kubernetes import elements
from policy.facts.props import UNKNOWN, get, items, number, shown
from policy.facts.workloads import Container, Workload

Violation = tuple[str, str]
"""The path of a property, and what is wrong with it."""
HOST = ("hostNetwork", "hostPID", "hostIPC")
VOLUMES = frozenset(
    "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split()  # noqa: SIM905
)
PROFILES = ("RuntimeDefault", "Localhost")
ADDABLE = "NET_BIND_SERVICE"
SELINUX = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        *(f"net.ipv4.{name}" for name in ("ip_local_port_range", "tcp_syncookies", "ping_group_range")),
        *(f"net.ipv4.{name}" for name in ("ip_unprivileged_port_start", "ip_local_reserved_ports")),
        *(f"net.ipv4.{name}" for name in ("tcp_keepalive_time", "tcp_fin_timeout", "tcp_keepalive_intvl")),
        *(f"net.ipv4.{name}" for name in ("tcp_keepalive_probes", "tcp_rmem", "tcp_wmem")),
    }
)
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
HANDLERS = (
    *(("livenessProbe",), ("readinessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)


def violations(workload: Workload) -> Iterator[Violation]:
    """Everything about the pod and its containers that the standard forbids or misses."""
    yield from _pod(workload)
    for container in workload.containers():
        yield from _container(container, workload)


def _pod(workload: Workload) -> Iterator[Violation]:
    spec, path = workload.spec, workload.path
    for key in HOST:
        if get(spec, key) not in (None, False, UNKNOWN):
            yield f"{path}{key}", f"is {shown(get(spec, key))}, must be false"
    for index, volume in enumerate(elements(spec, "volumes")):
        kinds = [key for key in volume if key != "name" and get(volume, key) is not None]
        for kind in kinds:
            if kind not in VOLUMES:
                yield f"{path}volumes[{index}].{kind}", "is no volume of a restricted pod, must be removed"
    context = mapping(get(spec, "securityContext"))
    yield from _common(context, f"{path}securityContext")
    for index, sysctl in enumerate(elements(context, "sysctls")):
        name = get(sysctl, "name")
        if name not in SYSCTLS and name is not UNKNOWN:
            yield f"{path}securityContext.sysctls[{index}]", f"sets {shown(name)}, must be one that is safe"
    annotations = mapping(get(workload.template, "metadata", "annotations"))
    for key in annotations:
        value = get(annotations, key)
        if key.startswith(APPARMOR) and isinstance(value, str) and not value.startswith(("runtime/", "localhost/")):
            yield f"annotation {key}", f"is {value!r}, must be 'runtime/default'"


def _common(context: Mapping[str, Any], path: str) -> Iterator[Violation]:
    """What pods and containers state alike."""
    for block in ("seccompProfile", "appArmorProfile"):
        profile = get(context, block, "type")
        if profile not in (None, UNKNOWN, *PROFILES):
            yield f"{path}.{block}.type", f"is {shown(profile)}, must be 'RuntimeDefault'"
    if number(get(context, "runAsUser")) == 0:
        yield f"{path}.runAsUser", "is 0, must be a user other than root"
    options = mapping(get(context, "seLinuxOptions"))
    if get(options, "type") not in (*SELINUX, UNKNOWN):
        yield f"{path}.seLinuxOptions.type", f"is {shown(get(options, 'type'))}, must be 'container_t'"
    for key in ("user", "role"):
        if get(options, key) not in (None, "", UNKNOWN):
            yield f"{path}.seLinuxOptions.{key}", "is given, must be left out"
    if get(context, "windowsOptions", "hostProcess") not in (None, False, UNKNOWN):
        yield f"{path}.windowsOptions.hostProcess", "is given, must be false"


def _container(container: Container, workload: Workload) -> Iterator[Violation]:
    body, path = container.body, f"{container.path}.securityContext"
    given = get(body, "securityContext")
    if given is UNKNOWN:
        return
    context, pod = mapping(given), mapping(get(workload.spec, "securityContext"))
    yield from _common(context, path)
    for key, allowed in (("privileged", (None, False)), ("procMount", (None, "Default"))):
        if get(context, key) not in (*allowed, UNKNOWN):
            yield f"{path}.{key}", f"is {shown(get(context, key))}, must be {shown(allowed[-1])}"
    for capability in items(mapping(get(context, "capabilities")), "add"):
        if capability not in (ADDABLE, UNKNOWN):
            yield f"{path}.capabilities.add", f"has {shown(capability)}, must be {ADDABLE} at most"
    yield from _reach(container)
    yield from _demanded(context, pod, path, partial=workload.of.partial)


def _reach(container: Container) -> Iterator[Violation]:
    """Ports of the node, and probes and hooks that the kubelet would send elsewhere."""
    body = container.body
    for index, port in enumerate(elements(body, "ports")):
        if get(port, "hostPort") not in (None, 0, UNKNOWN):
            yield f"{container.path}.ports[{index}].hostPort", "is given, must be left out"
    for handler in HANDLERS:
        for action in ("httpGet", "tcpSocket"):
            if get(body, *handler, action, "host") not in (None, "", UNKNOWN):
                yield f"{container.path}.{'.'.join(handler)}.{action}.host", "is given, must be the pod itself"


def _demanded(context: Mapping[str, Any], pod: Mapping[str, Any], path: str, *, partial: bool) -> Iterator[Violation]:
    """What must be stated: Kubernetes' own defaults are not restricted. A patch states only what it changes."""
    escalation = get(context, "allowPrivilegeEscalation")
    if escalation not in (False, UNKNOWN) and not (partial and escalation is None):
        yield f"{path}.allowPrivilegeEscalation", f"is {shown(escalation)}, must be False"
    dropped = list(items(mapping(get(context, "capabilities")), "drop"))
    if "ALL" not in dropped and UNKNOWN not in dropped and not partial:
        yield f"{path}.capabilities.drop", "lacks 'ALL', must have it"
    own, shared = get(context, "runAsNonRoot"), get(pod, "runAsNonRoot")
    if own is False or (own is None and shared not in (True, UNKNOWN) and not partial):
        yield f"{path}.runAsNonRoot", f"is {shown(own)}, must be True here or for the pod"
    profiles = (get(context, "seccompProfile", "type"), get(pod, "seccompProfile", "type"))
    if profiles == (None, None) and not partial:
        yield f"{path}.seccompProfile.type", "is None, must be 'RuntimeDefault' here or for the pod"
