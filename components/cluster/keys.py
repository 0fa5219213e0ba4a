"""Who may use the cluster's key: the account's logs, and the machines' disks."""

from components.shared.account import Account
from components.shared.keys import Statement
from components.shared.logs import key_statement


def key_statements(account: Account, cluster: str) -> list[Statement]:
    """Logs of control plane and pods; disks, as AWS's own key for EBS has it, for the machines of Auto Scaling alone.

    Sources: EC2 Auto Scaling user guide, "Required AWS KMS key policy for use with encrypted volumes"; the policy of
    ``alias/aws/ebs``.
    """
    linked = account.iam("role/aws-service-role/autoscaling.amazonaws.com/*")
    disks = {
        "Sid": "DisksOfNodes",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        ],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": account.id,
                "kms:ViaService": f"ec2.{account.region}.amazonaws.com",
            },
            "ArnLike": {"aws:PrincipalArn": linked},
        },
    }  # fmt: skip
    control = key_statement(account, f"/aws/eks/{cluster}/*")
    pods = {**key_statement(account, f"/aws/containerinsights/{cluster}/*"), "Sid": "PodLogsEncrypt"}
    return [control, pods, disks]
