"""INF-01, SEC-07: policies that the API server itself holds every request against, also those of administrators."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.admission.deletion_budget import deletion_budget
from components.admission.policies import policies
from components.shared.kubernetes_object import KubernetesObject

API = "admissionregistration.k8s.io/v1"
DOMAIN = "nationgraph.io"


@dataclass(frozen=True, kw_only=True)
class AdmissionPoliciesArgs:
    """``registries``: what the names of images begin with, each ending in a slash. ``delivery``: the user who deploys
    services (Argo CD's controller). ``writers``: groups who may change by hand what it manages. ``preview``: the group
    of pull requests' previews, which may try and not change. ``budget_setting``: the setting that allows a removal.
    """

    registries: Sequence[str]
    delivery: str
    writers: Sequence[str]
    preview: str
    budget_setting: str

    def __post_init__(self) -> None:
        if not self.registries:
            raise ValueError("registries: empty, so that no pod could start; name the registry of the services' images")
        for registry in self.registries:
            if not registry.endswith("/") or "://" in registry:
                raise ValueError(
                    f"registries: {registry!r}; write host and path with a slash at the end, as "
                    "`registry.example/team/`: without it another registry's name could begin with it"
                )
        for key, groups in (("writers", self.writers), ("preview", [self.preview])):
            for group in groups:
                if group.startswith("system:") or not group:
                    raise ValueError(f"{key}: {group!r} is a group whom nobody granted anything; choose one of ours")


class AdmissionPolicies(pulumi.ComponentResource):
    """The policies of this package's ``policies`` and ``deletion_budget`` in the cluster of ``opts``' provider.

    Guarantees, in namespaces of teams: images come from the given registries by digest; what runs is changed by Argo
    CD, deployment and emergencies alone, even by people whose roles could; pods have no token of the API; a namespace
    is deleted only after it was marked so. Of the environment's services no more go in one change than its budget
    says. Previews write nothing anywhere. An error in a policy refuses.

    Creates ``{name}-{policy}`` and ``{name}-{policy}-binding`` for each.
    """

    def __init__(self, name: str, args: AdmissionPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:admission:AdmissionPolicies", name, {}, opts)
        rows = policies(registries=args.registries, delivery=args.delivery, writers=args.writers)
        budget = deletion_budget(setting=args.budget_setting, writers=args.writers, preview=args.preview)
        for row in (*rows, *budget):
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
