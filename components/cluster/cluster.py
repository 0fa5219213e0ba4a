"""SEC-06, SEC-07, INF-02: a Kubernetes cluster that answers inside the network alone, and lets in who is entered."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pulumi
from pulumi_aws.cloudwatch.log_group import LogGroup
from pulumi_aws.eks.addon import Addon
from pulumi_aws.eks.cluster import Cluster
from pulumi_aws.eks.pod_identity_association import PodIdentityAssociation
from pulumi_aws.kms.key import Key

from components.cluster import roles
from components.cluster.access import admit
from components.cluster.addons import ADD_ONS, LOG_GROUPS, VERSION, AddOn
from components.cluster.alarms import STORAGE_BYTES, TABLE
from components.cluster.args import PrivateClusterArgs
from components.cluster.keys import key_statements
from components.cluster.kubeconfig import kubeconfig
from components.cluster.nodes import NodesArgs, node_group
from components.functions.functions import https_outwards
from components.shared.account import MIGRATIONS_ROLE, SERVICES_ROLE
from components.shared.alarms import Watched, declare_alarms
from components.shared.granted import granted_group
from components.shared.keys import customer_key, key_policy
from components.shared.policy_documents import document
from lib.vocabulary import ACCESS

LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""Every log that the control plane has."""
ACCOUNTS: Final[Mapping[str, str]] = MappingProxyType({"services": SERVICES_ROLE, "migrations": MIGRATIONS_ROLE})
"""The accounts of pods in each namespace of a team, and their roles. Which role may read a secret says the secret."""


class PrivateCluster(pulumi.ComponentResource):
    """An EKS cluster of one environment.

    Guarantees: the API answers on private addresses alone, to the granted sources; who may do what is said by access
    entries, not by a ConfigMap, and whoever made the cluster has no right in it for that; secrets, disks of nodes and
    all logs of the control plane are encrypted with a key of its own; nodes stand in every zone, are arm64, ask for
    IMDSv2 and keep it from pods; what pods do in AWS they do by pod identity, and a service's pod reads the secrets of
    its namespace alone; add-ons are AWS's, at pinned versions; alarms to a topic.

    Does not manage namespaces, network policies or what runs in them, nor the number of nodes between its bounds.

    A function that is let in is known by a group of its own, ``{name}-function-{function}``, which is made here because
    the function knows the cluster; nothing but it may carry the group.

    Creates ``{name}-key``, ``-logs``, ``-logs-{kind}`` for each log of the pods, ``-security-group``, ``-cluster``,
    the roles ``-control``, ``-nodes``, ``-services``, ``-migrations`` and one for each add-on with rights,
    ``-nodes-template``, ``-nodes-group``, ``-addon-{add-on}``, ``-team-{team}-{account}``, ``-access-{entry}`` with its
    policy, and ``-alarm-{key}``.
    """

    def __init__(self, name: str, args: PrivateClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:cluster:PrivateCluster", name, {}, opts)
        account, cluster_name = args.platform.account, args.cluster_name
        key = customer_key(
            f"{name}-key",
            f"Cluster {cluster_name}",
            key_policy(account, *key_statements(account, cluster_name)),
            args.platform.stateful(self),
        )
        logs = self._logs(name, args, key)
        self._cluster = self._control_plane(name, args, key, logs)
        self.name: pulumi.Output[str] = self._cluster.name
        first = [self._addon(name, key_, args) for key_, row in ADD_ONS.items() if not row.needs_nodes]
        spec = roles.RoleSpec(
            trust=roles.service_trust("ec2.amazonaws.com"),
            rights=roles.node_document(account, cluster_name),
            called=roles.node_role_name(cluster_name),
        )
        role, right = roles.make(f"{name}-nodes", spec, args.platform, self)
        machines = NodesArgs(
            platform=args.platform,
            cluster=self.name,
            hostname=f"{cluster_name}-node",
            subnet_ids=args.subnet_ids,
            role_arn=role.arn,
            key_arn=key.arn,
            size=args.nodes,
        )
        group = node_group(f"{name}-nodes", machines, self, [*first, right])
        for key_, row in ADD_ONS.items():
            if row.needs_nodes:
                self._addon(name, key_, args, [group, *logs])
        self._teams(name, args)
        admitted = admit(name, self.name, args.entries, self)
        watched = Watched(value=self.name, called=cluster_name, capacity={"storage_bytes": STORAGE_BYTES})
        declare_alarms(f"{name}-alarm", TABLE, watched, args.platform, self)
        self.endpoint: pulumi.Output[str] = self._cluster.endpoint
        self.certificate_authority: pulumi.Output[str] = self._cluster.certificate_authority.apply(
            lambda authority: authority.data or ""
        )
        self.security_group_id: pulumi.Output[str] = self._cluster.vpc_config.apply(
            lambda vpc: vpc.cluster_security_group_id or ""
        )
        # Whoever uses it is let in by an entry: it is known once the entries are made, and used no more once they go.
        self.kubeconfig: pulumi.Output[str] = pulumi.Output.all(
            self.name, self.endpoint, self.certificate_authority, *(one.id for one in admitted)
        ).apply(lambda values: kubeconfig(account.region, *values[:3]))
        self.register_outputs({"name": self.name, "endpoint": self.endpoint})

    def _logs(self, name: str, args: PrivateClusterArgs, key: Key) -> list[pulumi.Resource]:
        """EKS and its add-on would make these groups by themselves, without a key and for ever."""
        groups = {"logs": f"/aws/eks/{args.cluster_name}/cluster"}
        groups |= {f"logs-{kind}": f"/aws/containerinsights/{args.cluster_name}/{kind}" for kind in LOG_GROUPS}
        return [
            LogGroup(
                f"{name}-{suffix}",
                name=group,
                retention_in_days=args.platform.log_retention_days,
                kms_key_id=key.arn,
                opts=args.platform.stateful(self),
            )
            for suffix, group in groups.items()
        ]

    def _control_plane(self, name: str, args: PrivateClusterArgs, key: Key, logs: Sequence[pulumi.Resource]) -> Cluster:
        spec = roles.RoleSpec(
            trust=roles.service_trust("eks.amazonaws.com"), rights=roles.cluster_document(args.platform.account)
        )
        role, right = roles.make(f"{name}-control", spec, args.platform, self)
        described = "Kubernetes API: clients in the VPC only"
        child = pulumi.ResourceOptions(parent=self)
        self.function_security_group_ids: Mapping[str, pulumi.Output[str]] = {
            function: https_outwards(f"{name}-function-{function}", args.vpc_id, child).id
            for function in args.functions
        }
        granted = args.granted(self.function_security_group_ids)
        group = granted_group(f"{name}-security-group", described, granted, child)
        return Cluster(
            f"{name}-cluster",
            name=args.cluster_name,
            version=VERSION,
            role_arn=role.arn,
            vpc_config={
                "subnet_ids": args.subnet_ids,
                "security_group_ids": [group.id],
                "endpoint_private_access": True,
                "endpoint_public_access": False,
            },
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
            bootstrap_self_managed_addons=False,
            enabled_cluster_log_types=list(LOGS),
            encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
            upgrade_policy={"support_type": "STANDARD"},
            deletion_protection=args.platform.protect,
            tags={ACCESS: args.access},
            opts=args.platform.stateful(self, depends_on=[right, *logs]),
        )

    def _addon(
        self, name: str, addon: str, args: PrivateClusterArgs, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        """One add-on, with the role that its pods have."""
        row: AddOn = ADD_ONS[addon]
        associations: list[Any] = []
        before = list(after)
        if row.rights is not None:
            account, cluster = args.platform.account, args.cluster_name
            rights = document(*row.rights.statements(account, cluster))
            spec = roles.RoleSpec(trust=roles.pod_trust(account, cluster), rights=rights)
            role, right = roles.make(f"{name}-{addon}", spec, args.platform, self)
            associations, before = (
                [{"role_arn": role.arn, "service_account": row.rights.service_account}],
                [*before, right],
            )
        return Addon(
            f"{name}-addon-{addon}",
            cluster_name=self.name,
            addon_name=addon,
            addon_version=row.version,
            configuration_values=row.configuration_values,
            pod_identity_associations=associations or None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            opts=pulumi.ResourceOptions(parent=self, depends_on=before),
        )

    def _teams(self, name: str, args: PrivateClusterArgs) -> None:
        """The roles of services' pods and of migrations, and the accounts of each team's namespace that have them."""
        account = args.platform.account
        for kind, path in ACCOUNTS.items():
            spec = roles.RoleSpec(
                trust=roles.pod_trust(account, args.cluster_name),
                rights=roles.services_document(account),
                called=path.rpartition("/")[2],
            )
            role, _ = roles.make(f"{name}-{kind}", spec, args.platform, self)
            for team in args.teams:
                PodIdentityAssociation(
                    f"{name}-team-{team}-{kind}",
                    cluster_name=self.name,
                    namespace=team,
                    service_account=kind,
                    role_arn=role.arn,
                    opts=pulumi.ResourceOptions(parent=self),
                )
