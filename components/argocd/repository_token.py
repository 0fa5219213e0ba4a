"""The token with which Argo CD reads its repository: who signs for it, what makes it, and who hears when none comes."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws.kms.external_key import ExternalKey

from components.argocd.alarms import SCHEDULE, TABLE
from components.argocd.rights import TOKEN
from components.cluster.access import Entry, admit
from components.functions.functions import FunctionPlace, Program
from components.functions.names import FunctionNames
from components.functions.scheduled import ScheduledFunction, ScheduledFunctionArgs
from components.shared.alarms import Watched, declare_alarms
from components.shared.keys import Statement, key_policy
from components.shared.platform import Platform
from components.shared.policy_documents import allow, any_principal, deny

ALGORITHM: Final = "RSASSA_PKCS1_V1_5_SHA_256"
"""RS256, the only one that GitHub takes of an App."""
SPEC: Final = "RSA_2048"
"""What GitHub makes for an App."""
GENERATION: Final = 1
"""Of the key. KMS takes no other private key into a key that has one: a new one of the App is another key, by a number
more. Source: KMS developer guide, "Importing key material".
"""


@dataclass(frozen=True, kw_only=True)
class GithubApp:
    """An App that may read one repository: its client id, and the id of its installation at the repository's owner."""

    client_id: str
    installation_id: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9.]{10,40}", self.client_id):
            raise ValueError(f"client_id: {self.client_id!r} is no client id of a GitHub App, as Iv23li0123456789abcd")
        if not re.fullmatch(r"[1-9][0-9]*", self.installation_id):
            raise ValueError(f"installation_id: {self.installation_id!r} is no number; GitHub shows it in its URL")


@dataclass(frozen=True, kw_only=True)
class TokenCluster:
    """The cluster into which the token is written. ``authority`` is its certificate, PEM in base64."""

    name: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    authority: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class RepositoryTokenArgs:
    """``names`` are the function's, ``group`` is what Kubernetes knows it as. ``repository`` is the URL that is read.

    ``place`` leads to the cluster, which lets its security group in, and to GitHub.
    """

    platform: Platform
    names: FunctionNames
    program: Program
    app: GithubApp
    repository: str
    cluster: TokenCluster
    place: FunctionPlace
    group: str


class RepositoryToken(pulumi.ComponentResource):
    """Guarantees that Argo CD has a token of an hour, made every 20 minutes for one repository, to read.

    The App's private key is in KMS, which signs with it for the function alone and gives it to nobody. Pulumi makes the
    key without it: a person imports it once (``docs/runbooks/argocd-token.md``). The token is in no state, diff or log:
    the function writes it into a Secret that nothing declares, with the right to write that one and to read none. An
    alarm rings when it fails, and when for 40 minutes none was made, whatever the reason.

    Refuses other algorithms than RS256. Does not manage the App, its installation, or what is already in the Secret.

    Creates ``{name}-app-key``, the component ``{name}``, ``{name}-access-function`` and ``{name}-alarm-stale``.
    """

    def __init__(self, name: str, args: RepositoryTokenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:argocd:RepositoryToken", name, {}, opts)
        platform = args.platform
        key = ExternalKey(
            f"{name}-app-key" if GENERATION == 1 else f"{name}-app-key-{GENERATION}",
            description=f"Signs for the GitHub App {args.app.client_id}",
            key_spec=SPEC,
            key_usage="SIGN_VERIFY",
            policy=key_policy(platform.account, _alone(args.names)),
            deletion_window_in_days=30,
            opts=platform.stateful(self),
        )
        function = ScheduledFunction(
            name,
            ScheduledFunctionArgs(
                platform=platform,
                names=args.names,
                description=f"Makes the token with which Argo CD reads {args.repository}",
                program=args.program,
                statements=[_signing(key.arn)],
                schedule=SCHEDULE,
                environment=_environment(args, key.arn),
                place=args.place,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        entry = Entry(principal_arn=function.role_arn, policy=None, groups=[args.group])
        admit(name, args.cluster.name, {"function": entry}, self)
        watched = Watched(value=TOKEN, called=TOKEN)
        declare_alarms(f"{name}-alarm", TABLE, watched, platform, self)
        self.key_arn: pulumi.Output[str] = key.arn
        self.register_outputs({"key_arn": self.key_arn})


def _alone(names: FunctionNames) -> Statement:
    """The denial to sign to everybody but the function, whatever the account's own policies say."""
    others = {"ArnNotEquals": {"aws:PrincipalArn": names.role_arn}}
    return any_principal(deny("FunctionAloneSigns", "kms:Sign", "*", others))


def _signing(key_arn: pulumi.Input[str]) -> dict[str, Any]:
    return allow("Sign", "kms:Sign", key_arn, {"StringEquals": {"kms:SigningAlgorithm": ALGORITHM}})


def _environment(args: RepositoryTokenArgs, key_arn: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    cluster = {"name": args.cluster.name, "endpoint": args.cluster.endpoint, "authority": args.cluster.authority}
    return {
        "KEY_ARN": key_arn,
        "GITHUB_CLIENT_ID": args.app.client_id,
        "GITHUB_INSTALLATION_ID": args.app.installation_id,
        "REPOSITORY": args.repository,
        "CLUSTER": pulumi.Output.json_dumps(cluster),
        "SECRET": TOKEN,
    }
