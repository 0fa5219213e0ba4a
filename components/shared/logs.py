"""What every encrypted CloudWatch log group has in common."""

from typing import Final

from components.shared.account import Account
from components.shared.keys import Statement

RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""The retentions that CloudWatch Logs offers, in days. Source: API reference, PutRetentionPolicy."""


def require_retention(field: str, days: int) -> None:
    """Raise ``ValueError`` where CloudWatch Logs offers no retention of ``days``; 0, for ever, is refused too."""
    if days not in RETENTION_DAYS:
        raise ValueError(f"{field}: CloudWatch Logs keeps nothing for {days} days; choose one of {RETENTION_DAYS}")


def key_statement(account: Account, log_groups: str) -> Statement:
    """Lets CloudWatch Logs use a key for the log groups of this account whose name matches ``log_groups``, no others.

    Source: CloudWatch Logs user guide, "Encrypt log data using AWS KMS".
    """
    groups = account.arn("logs", f"log-group:{log_groups}")
    return {
        "Sid": "LogsEncrypt",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{account.region}.amazonaws.com"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }
