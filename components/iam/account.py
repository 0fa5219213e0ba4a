"""SEC-07: settings of the account itself."""

import pulumi
from pulumi_aws.accessanalyzer.analyzer import Analyzer
from pulumi_aws.iam.account_password_policy import AccountPasswordPolicy
from pulumi_aws.iam.outbound_web_identity_federation import OutboundWebIdentityFederation


class AccountBaseline(pulumi.ComponentResource):
    """Guarantees a strict password policy and a finding for everything shared outside the account.

    Roles can prove to services outside who they are, by tokens of the account's own ``issuer``; each needs the right to
    ask for one, for one audience.

    Creates ``{name}-passwords``, ``{name}-analyzer`` and ``{name}-tokens``. Does not manage CloudTrail, Config or
    GuardDuty, which the organisation runs for all accounts.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("nationgraph:iam:AccountBaseline", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        # No user has a password here; the policy holds for one made by hand. Length and reuse: CIS AWS Foundations
        # 3.0, 1.8 and 1.9; classes and age: its version 1.2, 1.5-1.8 and 1.11, the strictest.
        AccountPasswordPolicy(
            f"{name}-passwords",
            minimum_password_length=14,
            password_reuse_prevention=24,
            max_password_age=90,
            require_lowercase_characters=True,
            require_uppercase_characters=True,
            require_numbers=True,
            require_symbols=True,
            allow_users_to_change_password=True,
            hard_expiry=False,
            opts=child,
        )
        analyzer = Analyzer(f"{name}-analyzer", analyzer_name="nationgraph", type="ACCOUNT", opts=child)
        self.analyzer_arn: pulumi.Output[str] = analyzer.arn
        tokens = OutboundWebIdentityFederation(f"{name}-tokens", opts=child)
        self.issuer: pulumi.Output[str] = tokens.issuer_identifier
        self.register_outputs({"analyzer_arn": self.analyzer_arn, "issuer": self.issuer})
