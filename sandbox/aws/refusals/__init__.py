"""What AWS's API refuses and moto takes: checks of one call against its service's model and against the account."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from sandbox.aws.calls import unlogged
from sandbox.aws.refusals import shapes
from sandbox.aws.refusals.check import CHECKS, Account, Refused


def watch(client: Any, api: Account) -> None:
    """Let ``client`` refuse calls before they are sent, with the error that AWS would answer."""
    service = client.meta.service_model.service_name

    def judge(params: dict[str, Any], model: Any, **_: Any) -> None:
        try:
            shapes.check(service, model, params)
            with unlogged():
                for check in _checks(service, model.name):
                    check(api, params)
        except Refused as refusal:
            details = {"Code": refusal.code, "Message": refusal.message}
            raise ClientError({"Error": details}, model.name) from None

    client.meta.events.register("provide-client-params", judge)


def _checks(service: str, operation: str) -> list[Callable[[Account, dict[str, Any]], None]]:
    if not CHECKS:
        from sandbox.aws.refusals import (  # noqa: F401, PLC0415 - each registers its checks, when first needed
            addresses,
            balancers,
            buckets,
            databases,
            endpoints,
            functions,
            identities,
            keys,
            messages,
            network,
            packet_filters,
            parameters,
            scaling,
            secrets,
            subscriptions,
        )
    return CHECKS[service, operation]
