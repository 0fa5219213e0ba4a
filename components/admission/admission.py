"""INF-01, SEC-07: policies that the API server itself holds every request against, also those of administrators."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.admission.policies import policies
from components.shared.kubernetes_object import KubernetesObject

API = "admissionregistration.k8s.io/v1"
DOMAIN = "nationgraph.io"


@dataclass(frozen=True, kw_only=True)
class AdmissionPoliciesArgs:
    """``registries``: what the names of images begin with, each ending in a slash. ``delivery``: the user who deploys
    services (Argo CD's controller). ``writers``: groups who may change by hand what it manages.
    """

    registries: Sequence[str]
    delivery: str
    writers: Sequence[str]

    def __post_init__(self) -> None:
        if not self.registries:
            raise ValueError("registries: empty, so that no pod could start; name the registry of the services' images")
        for registry in self.registries:
            if not registry.endswith("/") or "://" in registry:
                raise ValueError(
                    f"registries: {registry!r}; write host and path with a slash at the end, as "
                    "`registry.example/team/`: without it another registry's name could begin with it"
                )
        for group in self.writers:
            if group.startswith("system:"):
                raise ValueError(f"writers: {group!r} holds users whom nobody granted anything; choose a group of ours")


class AdmissionPolicies(pulumi.ComponentResource):
    """The policies of ``components.admission.policies`` in the cluster whose provider is given by ``opts``.

    Guarantees, in namespaces of teams: images come from the given registries by digest; what runs is changed by Argo
    CD, deployment and emergencies alone, even by people whose roles could; pods have no token of the API; a namespace
    is deleted only after it was marked so. An error in a policy refuses.

    Creates ``{name}-{policy}`` and ``{name}-{policy}-binding`` for each.
    """

    def __init__(self, name: str, args: AdmissionPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:admission:AdmissionPolicies", name, {}, opts)
        rows = policies(registries=args.registries, delivery=args.delivery, writers=args.writers)
        for row in rows:
            called = {"metadata": {"name": f"{row.name}.{DOMAIN}"}}
            policy = KubernetesObject(
                f"{name}-{row.name}",
                api_version=API,
                kind="ValidatingAdmissionPolicy",
                manifest={**called, "spec": row.spec()},
                opts=pulumi.ResourceOptions(parent=self),
            )
            KubernetesObject(
                f"{name}-{row.name}-binding",
                api_version=API,
                kind="ValidatingAdmissionPolicyBinding",
                manifest={
                    **called,
                    "spec": {"policyName": f"{row.name}.{DOMAIN}", "validationActions": ["Deny", "Audit"]},
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
        self.register_outputs({})
