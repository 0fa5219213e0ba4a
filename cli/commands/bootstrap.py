"""the first deployment of STACK's account, whose state then moves into it; run it again where it was interrupted"""

import os
import shlex

from cli import account, repair
from cli.bootstrap import steps
from cli.bootstrap.site import Site, held, left_open, site
from cli.commands import up
from cli.options import SANDBOX, Place, Stack
from cli.output import say
from cli.target import ROOT, Target, TargetError, working
from components.shared.account import Account
from lib.repository import without_ids
from stacks.settings import Settings, load_file

GROUP = "Deploy"
SIGNED_IN = ("TAILSCALE_API_KEY", "TAILSCALE_OAUTH_CLIENT_ID")
"""One of them lets the first deployment write the tailnet's policy."""
PIPELINE = "production"
"""The stack that the workflows deploy."""
ADMINISTRATORS = ("OrganizationAccountAccessRole", "AWSReservedSSO_AdministratorAccess_")


def run(stack: Stack = SANDBOX, place: Place = "") -> int:
    """The command."""
    with working("bootstrap", stack, place) as target:
        return first(target)


def first(target: Target) -> int:
    """Deploy with a local state, move it into the account, and say what is left to do by hand; the exit code."""
    settings = load_file(ROOT / "stacks" / f"Pulumi.{target.stack}.yaml")
    where = Account(id=settings.account_id, region=settings.region)
    if target.name == "aws":
        _signed_in(where)
    at = site(target, where)
    moved = at.bucket.exists() and bool(held(at.bucket, at.stack))
    if not moved:
        code = deploy(at)
        if code:
            return code
        steps.move(at)
    changed = steps.enter(at, held(at.bucket, at.stack))
    left = steps.discard(at)
    if moved and not changed and not left:
        say(f"{at.stack} is bootstrapped already: its state is in {at.bucket.name}. Nothing was changed.", "green")
    else:
        say(f"The state of {at.stack} is in {at.bucket.name}, sealed by the account's key; none is left here.", "green")
    _tell(at, settings)
    return 0


def _signed_in(where: Account) -> None:
    """TargetError unless the caller administers the account: the state and its key are closed to all but a few."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    try:
        identity = account.client("sts", where.region, {}).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise TargetError(f"AWS does not say who is signed in ({error}); sign in again") from None
    role = str(identity["Arn"]).partition(":assumed-role/")[2].partition("/")[0]
    if identity["Account"] != where.id:
        raise TargetError(
            f"{identity['Arn']} is signed in to account {identity['Account']}, and the stack file allows {where.id}: "
            "sign in there, or correct aws:allowedAccountIds"
        )
    if not role.startswith(ADMINISTRATORS):
        raise TargetError(
            f"{identity['Arn']} is signed in: bucket and key of the state let in administrators alone, as "
            "OrganizationAccountAccessRole or by the permission set AdministratorAccess; sign in as one of them"
        )
    if not any(os.environ.get(name) for name in SIGNED_IN):
        raise TargetError(
            f"none of {', '.join(SIGNED_IN)} is set, and the first deployment writes the tailnet's policy: README, "
            "part `For real`, says how to sign in there"
        )


def deploy(at: Site) -> int:
    """The deployment with the local state; its exit code."""
    if steps.sealed(at):
        return 0  # it was done, and the move was interrupted
    steps.prepare(at)
    repair.caught_up(at.local)
    pending = repair.pending(at.local)
    if pending and not at.emulated:
        say(f"An earlier run was interrupted. Open:\n{repair.describe(pending)}\n{left_open(at)}", "yellow")
        return 1
    return up.deploy(at.local, command="bootstrap")


def _tell(at: Site, settings: Settings) -> None:
    """What GitHub must know, and what only a person can do."""
    repository = without_ids(settings.github_repository)
    variables = {
        **{f"{name.upper()}_ROLE_ARN": at.account.identity_role(name) for name in ("preview", "deploy", "audit")},
        "AWS_REGION": at.account.region,
        "PULUMI_BACKEND_URL": at.bucket.url,
    }
    whose = "" if at.stack == PIPELINE else f", for workflows that deploy {at.stack}; those here deploy {PIPELINE}"
    say(f"Variables of the repository{whose}:")
    for name, value in variables.items():
        say(f"  gh variable set {name} --repo {shlex.quote(repository)} --body {shlex.quote(value)}")
    file = f"stacks/Pulumi.{at.stack}.yaml"
    steps = [
        f"commit {file}, which names the secrets provider: nobody reads the state without it",
        f"administrators: export PULUMI_BACKEND_URL={shlex.quote(at.bucket.url)}; all others preview by pull request",
        "README, part `For real`: the environment of GitHub with its reviewers, and the tailnet's identities",
        "import the private key of the GitHub App (docs/runbooks/argocd-token.md)",
        "CloudTrail: a trail of management events, without which nobody hears of break-glass",
    ]
    if at.emulated:
        say(f"The account is emulated: {file} was not changed, and there is nothing to set or to commit.")
        return
    say("What is left to do by hand:")
    for number, step in enumerate(steps, 1):
        say(f"  {number}. {step}")
