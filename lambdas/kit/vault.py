"""The secret in Secrets Manager: its versions by stage, and the three changes that a rotation makes."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.kit.errors import RotationError

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 6})
"""An answer takes milliseconds; what is throttled is tried again after 0 to 1, 2, 4, 8 and 16 seconds."""


@cache
def client() -> Any:
    """The client, kept for the life of the process."""
    return boto3.client("secretsmanager", config=CONFIG)


class Vault:
    """One secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def described(self) -> tuple[dict[str, list[str]], timedelta]:
        """The labels of each version, and how long the secret has been as it is.

        RotationError where rotation is off: nobody but Secrets Manager starts one.
        """
        found = client().describe_secret(SecretId=self.secret)
        if not found.get("RotationEnabled"):
            raise RotationError("event", "rotation is not enabled for this secret; enable it, or stop calling")
        changed = found.get("LastChangedDate") or datetime.now(UTC)
        return found.get("VersionIdsToStages", {}), datetime.now(UTC) - changed

    def stages(self) -> dict[str, list[str]]:
        """The labels of each version."""
        return self.described()[0]

    def arn(self) -> str:
        """The secret's full ARN, whatever it was named by."""
        return str(client().describe_secret(SecretId=self.secret)["ARN"])

    def value(self, version: str) -> str | None:
        """The text of a version; None where it has none yet."""
        try:
            text: str | None = client().get_secret_value(SecretId=self.secret, VersionId=version).get("SecretString")
        except client().exceptions.ResourceNotFoundException:
            return None
        return text

    def current(self) -> str:
        """The text of AWSCURRENT."""
        return str(client().get_secret_value(SecretId=self.secret, VersionStage=CURRENT)["SecretString"])

    def put_pending(self, version: str, text: str) -> None:
        """Store a version; one that has a value already keeps it."""
        try:
            client().put_secret_value(
                SecretId=self.secret, ClientRequestToken=version, SecretString=text, VersionStages=[PENDING]
            )
        except client().exceptions.ResourceExistsException:
            return

    def promote(self, version: str, current: str) -> None:
        """Make a version the current one, if ``current`` still is."""
        try:
            client().update_secret_version_stage(
                SecretId=self.secret, VersionStage=CURRENT, MoveToVersionId=version, RemoveFromVersionId=current
            )
        except ClientError:
            # Where the answer of the first attempt was lost, the second is told that the label has moved.
            if CURRENT not in self.stages().get(version, []):
                raise

    def unlabel(self, version: str) -> None:
        """Take AWSPENDING from a version; nothing where it does not have it."""
        try:
            client().update_secret_version_stage(
                SecretId=self.secret, VersionStage=PENDING, RemoveFromVersionId=version
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("InvalidParameterException", "InvalidRequestException"):
                raise
