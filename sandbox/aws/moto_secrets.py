"""Secrets Manager's rotation where moto 5.2.5 differs: schedules are kept, functions are not run, versions stay put.

moto runs Lambda functions in containers, which a laptop may not have. Here a rotation is started and left to whoever
runs the function: the version that it makes is staged AWSPENDING and empty, as AWS leaves it for createSecret.
"""

import json
import re
import time
import uuid
from typing import Any


def _rotate(original: Any) -> Any:
    def rotate(  # noqa: PLR0913, PLR0917 - moto's signature
        self: Any,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,  # noqa: FBT001, FBT002
    ) -> str:
        from moto.secretsmanager.exceptions import (  # noqa: PLC0415 - moto is slow to import
            InvalidParameterException,
            InvalidRequestException,
        )

        secret = self.secrets.get(secret_id) if self._is_valid_identifier(secret_id) else None
        arn = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", "")
        if secret is None or not arn or secret.is_deleted():
            result: str = original(
                self, secret_id, client_request_token, rotation_lambda_arn, rotation_rules, rotate_immediately
            )
            return result
        if not 1 <= (rotation_rules or {}).get("AutomaticallyAfterDays", 1) <= 1000:
            raise InvalidParameterException("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
        _require_function(self, arn)
        stages = [set(version["version_stages"]) for version in secret.versions.values()]
        if any("AWSPENDING" in stage and "AWSCURRENT" not in stage for stage in stages):
            raise InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.")
        _keep(secret, arn, rotation_rules)
        if rotate_immediately and secret.versions:
            token = client_request_token or str(uuid.uuid4())
            secret.versions.setdefault(
                token, {"createdate": int(time.time()), "version_id": token, "version_stages": ["AWSPENDING"]}
            )
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": client_request_token or ""})

    return rotate


def _require_function(backend: Any, arn: str) -> None:
    from moto.awslambda.utils import get_backend  # noqa: PLC0415
    from moto.secretsmanager.exceptions import ResourceNotFoundException  # noqa: PLC0415

    try:
        get_backend(backend.account_id, backend.region_name).get_function(arn)
    except Exception as error:
        raise ResourceNotFoundException(f"Resource not found for ARN '{arn}'.") from error


def _keep(secret: Any, arn: str, rules: dict[str, Any] | None) -> None:
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn = arn
    if rules:
        secret.rotation_rules = rules
        schedule = re.fullmatch(r"rate\((\d+) days?\)", rules.get("ScheduleExpression") or "")
        days = rules.get("AutomaticallyAfterDays") or int(schedule[1] if schedule else 0)
        secret.auto_rotate_after_days = days
        secret.next_rotation_date = int(time.time()) + days * 86400 if days else None


def _to_dict(original: Any) -> Any:
    def to_dict(self: Any) -> dict[str, Any]:
        described: dict[str, Any] = original(self)
        if described.get("RotationRules") is not None and getattr(self, "rotation_rules", None):
            shown = {"AutomaticallyAfterDays": self.auto_rotate_after_days} if self.auto_rotate_after_days else {}
            described["RotationRules"] = {**shown, **self.rotation_rules}
        return described

    return to_dict


def _move(original: Any) -> Any:
    """AWS dates a rotation by its end, which is when AWSCURRENT moves; what is read without a stage is AWSCURRENT."""

    def move(self: Any, secret_id: str, version_stage: str, *given: Any, **named: Any) -> Any:
        result = original(self, secret_id, version_stage, *given, **named)
        secret = self.secrets[secret_id]
        if version_stage == "AWSCURRENT":
            secret.default_version_id = next(
                key for key, version in secret.versions.items() if "AWSCURRENT" in version["version_stages"]
            )
            secret.last_rotation_date = int(time.time()) if secret.rotation_enabled else secret.last_rotation_date
        return result

    return move


def list_secret_version_ids(self: Any, secret_id: str) -> str:
    """Each version with the time at which it was stored; moto says that all are of this moment."""
    from moto.secretsmanager.exceptions import SecretNotFoundException  # noqa: PLC0415 - moto is slow to import

    if secret_id not in self.secrets:
        raise SecretNotFoundException
    secret = self.secrets[secret_id]
    versions = [
        {"VersionId": key, "VersionStages": version["version_stages"], "CreatedDate": version["createdate"]}
        for key, version in getattr(secret, "source", secret).versions.items()  # a replica's are those of its primary
    ]
    return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions})


def close() -> None:
    """Change moto in this process."""
    from moto.core.models import default_user_config  # noqa: PLC0415
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend  # noqa: PLC0415

    default_user_config["lambda"] = {"use_docker": False}
    changes: list[tuple[Any, str, Any]] = [
        (SecretsManagerBackend, "rotate_secret", _rotate(SecretsManagerBackend.rotate_secret)),
        (
            SecretsManagerBackend,
            "update_secret_version_stage",
            _move(SecretsManagerBackend.update_secret_version_stage),
        ),
        (SecretsManagerBackend, "list_secret_version_ids", list_secret_version_ids),
        (FakeSecret, "to_dict", _to_dict(FakeSecret.to_dict)),
    ]
    for target, name, call in changes:
        setattr(target, name, call)
