"""SEC-07: CI without keys. GitHub's tokens, exactly matched, become a read-only role and a deploying role."""

import re
from dataclasses import dataclass

import pulumi
from pulumi_aws.iam.open_id_connect_provider import OpenIdConnectProvider

from components.iam.roles import HOUR, AccessPolicies, IdentityRole, make_role
from components.iam.trust import GITHUB_ISSUER, github_trust
from components.shared.account import Account
from components.shared.platform import Platform
from components.shared.policy_documents import Document, allow, deny, document

_REPOSITORY = re.compile(
    r"(?P<owner>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})(?:@(?P<owner_id>[1-9][0-9]*))?"
    r"/(?P<name>(?!\.{1,2}(?:@|$))[A-Za-z0-9._-]{1,100})(?:@(?P<id>[1-9][0-9]*))?",
)

MAIN = "ref:refs/heads/main"
"""The end of the subject of a job on main without an environment."""


def claims(repository: str) -> dict[str, str]:
    """The claims that identify a repository: its name and, where given, its id, which no later owner of the name has.

    Raises ValueError unless ``repository`` is ``owner/name`` or, for a repository whose subject is immutable,
    ``owner@owner_id/name@repository_id``. Wildcards and policy variables are no part of either.
    Source: https://docs.github.com/en/actions/reference/security/oidc
    """
    match = _REPOSITORY.fullmatch(repository)
    if match is None or bool(match["owner_id"]) != bool(match["id"]):
        raise ValueError(
            f"github_repository: {repository!r} names no single repository; give 'owner/name', or "
            "'owner@owner_id/name@repository_id' as GitHub shows it where subject claims are immutable"
        )
    named = {"repository": f"{match['owner']}/{match['name']}"}
    return {**named, "repository_id": match["id"]} if match["id"] else named


@dataclass(frozen=True, kw_only=True)
class GithubRolesArgs:
    """``github_environment`` is the environment whose approval and branch rule (main only) GitHub enforces, in this
    repository and in ``charts_repository``, from which services are promoted.

    ``state_bucket_arn`` and ``state_key_arn`` are those of the Pulumi backend.
    """

    platform: Platform
    policies: AccessPolicies
    github_repository: str
    github_environment: str
    charts_repository: str
    state_bucket_arn: pulumi.Input[str]
    state_key_arn: pulumi.Input[str]

    def __post_init__(self) -> None:
        claims(self.github_repository)
        claims(self.charts_repository)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", self.github_environment):
            raise ValueError(
                f"github_environment: {self.github_environment!r} is no plain environment name; GitHub escapes other "
                "characters in the subject, so use letters, digits, '-' and '_'"
            )


def _on_main(repository: str, environment: str) -> dict[str, str]:
    """The claims of a job of an environment of a repository, on main."""
    return {
        **claims(repository),
        "sub": f"repo:{repository}:environment:{environment}",
        "environment": environment,
        "ref": "refs/heads/main",
    }


def _state(args: GithubRolesArgs, *, write: bool) -> list[Document]:
    objects = pulumi.Output.concat(args.state_bucket_arn, "/*")
    actions = ["s3:GetObject", *(["s3:DeleteObject", "s3:PutObject"] if write else [])]
    key = ["kms:Decrypt", *(["kms:Encrypt", "kms:GenerateDataKey"] if write else [])]
    return [
        allow("StateList", "s3:ListBucket", args.state_bucket_arn),
        allow("State", actions, [objects]),
        allow("StateKey", key, args.state_key_arn),
    ]


def preview_document(args: GithubRolesArgs) -> Document:
    """Read the state, and never what a pull request's code could carry away: secrets, rows, log lines, objects."""
    objects = pulumi.Output.concat(args.state_bucket_arn, "/*")
    data = [
        "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "rds-db:connect", "ssm:GetParameter*",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery", "rds:DownloadDBLogFilePortion",
    ]  # fmt: skip
    blind = {**deny("NoOtherObjects", "s3:GetObject*", "*"), "NotResource": [objects]}
    keyless = {**deny("NoOtherKeys", "kms:Decrypt", "*"), "NotResource": [args.state_key_arn]}
    for statement in (blind, keyless):
        del statement["Resource"]
    return document(*_state(args, write=False), deny("NoData", data, "*"), blind, keyless)


def audit_document(account: Account) -> Document:
    """See when each secret was stored and rotated; neither a value nor anything else."""
    dates = ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"]
    values = ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]
    return document(
        allow("ListSecrets", "secretsmanager:ListSecrets", "*"),  # no resource types
        allow("Dates", dates, account.arn("secretsmanager", "secret:*")),
        deny("NoValues", values, "*"),
    )


def verdicts_document(account: Account) -> Document:
    """Find the cluster, which has its own say in what is seen there, and ask Prometheus; nothing else."""
    return document(
        allow("Cluster", "eks:DescribeCluster", account.arn("eks", "cluster/*")),
        allow("BurnRates", "aps:QueryMetrics", account.arn("aps", "workspace/*")),
    )


class GithubRoles(pulumi.ComponentResource):
    """Guarantees that pull requests of the repository only read, and that only its approved environment on main writes.
    What promotes services, from main of the charts' repository, sees how they are and nothing else.

    Creates ``{name}-oidc`` and, for ``deploy``, ``preview``, ``audit`` and ``verdicts``, ``{name}-{role}-role``, its
    policy and attachments. Does not manage the GitHub environment, whose reviewers and branch rule belong to the
    repository's settings.
    """

    def __init__(self, name: str, args: GithubRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:GithubRoles", name, {}, opts)
        account, policies = args.platform.account, args.policies
        # AWS trusts GitHub's certificate authority by itself; a thumbprint would be ignored.
        provider = OpenIdConnectProvider(
            f"{name}-oidc",
            url=f"https://{GITHUB_ISSUER}",
            client_id_lists=["sts.amazonaws.com"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        identity = claims(args.github_repository)
        subject = f"repo:{args.github_repository}"
        deploy = IdentityRole(
            name="deploy",
            description=f"Deploys the platform from main of {args.github_repository}",
            trust=github_trust(account, _on_main(args.github_repository, args.github_environment)),
            session_seconds=HOUR,
            policies={**policies.read, **policies.deploy},
            own=document(*_state(args, write=True)),
        )
        preview = IdentityRole(
            name="preview",
            description=f"Previews pull requests of {args.github_repository}; reads configuration and state only",
            # Main too, whose nightly run looks for drift.
            trust=github_trust(account, {**identity, "sub": [f"{subject}:pull_request", f"{subject}:{MAIN}"]}),
            session_seconds=HOUR,
            policies=policies.read,
            own=preview_document(args),
        )
        audit = IdentityRole(
            name="audit",
            description=f"Audits the age of secrets from main of {args.github_repository}; sees dates only",
            trust=github_trust(account, {**identity, "sub": f"{subject}:{MAIN}", "ref": "refs/heads/main"}),
            session_seconds=HOUR,
            policies={},
            own=audit_document(account),
        )
        verdicts = IdentityRole(
            name="verdicts",
            description=f"Sees how services are, from main of {args.charts_repository}, which promotes them",
            trust=github_trust(account, _on_main(args.charts_repository, args.github_environment)),
            session_seconds=HOUR,
            policies={},
            own=verdicts_document(account),
        )
        self.deploy_role_arn = make_role(f"{name}-deploy", deploy, args.platform, self, [provider])
        self.preview_role_arn = make_role(f"{name}-preview", preview, args.platform, self, [provider])
        self.audit_role_arn = make_role(f"{name}-audit", audit, args.platform, self, [provider])
        self.verdicts_role_arn = make_role(f"{name}-verdicts", verdicts, args.platform, self, [provider])
        roles = {
            "deploy": self.deploy_role_arn,
            "preview": self.preview_role_arn,
            "audit": self.audit_role_arn,
            "verdicts": self.verdicts_role_arn,
        }
        self.register_outputs({f"{role}_role_arn": arn for role, arn in roles.items()})
