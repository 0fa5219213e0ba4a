"""Entry point: each run makes a token and puts it where Argo CD finds it."""

import datetime as dt
import os
import time
from collections.abc import Mapping
from typing import Any, Final

from lambdas.argocd_token import cluster, config, github, signing
from lambdas.kit import metrics
from lambdas.kit.budget import Budget
from lambdas.kit.errors import RotationError, unexpected

NAMESPACE: Final = "NationGraph/ArgoCdToken"


def handler(event: Mapping[str, Any], context: Any) -> None:  # noqa: ARG001 - Lambda's signature
    """Make the token. RotationError says what failed; nothing that is raised or logged holds a token."""
    started = time.monotonic()
    facts: dict[str, Any] = {"request": getattr(context, "aws_request_id", None)}
    failure: RotationError | None = None
    try:
        facts["expires"] = _made(context).isoformat()
    except RotationError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - whatever it is, its text is not told
        failure = unexpected(error, "making the token")
    if failure:
        facts |= {"kind": failure.kind, "error": str(failure)}
    metrics.outcome(NAMESPACE, {"Secret": os.environ.get("SECRET", "")}, {}, facts, time.monotonic() - started)
    if failure:
        raise failure from None


def _made(context: Any) -> dt.datetime:
    """When the new token ends."""
    target, budget = config.target(os.environ), Budget.of(context)
    assertion = signing.assertion(target.client, time.time(), signing.by_kms(target.key))
    token = github.token(target, assertion, budget)
    cluster.write(target, token, budget)
    return token.expires
