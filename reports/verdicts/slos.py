"""Burn rates of service level objectives, from Prometheus's HTTP API: a server, or Amazon's managed service."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from models.promotion.verdicts import HIGHEST
from reports.verdicts import UnreadableError

RECORD: Final = "service_slo:burn_rate:ratio_rate1h"
"""The recording rule: by ``service`` and ``slo``, how many times faster than allowed an hour spent the budget."""
SECONDS: Final = 30
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")
_AMAZON: Final = re.compile(r"aps-workspaces\.([a-z0-9-]+)\.amazonaws\.com")
Rates = Mapping[tuple[str, str], float]


def burn_rates(url: str) -> dict[tuple[str, str], float]:
    """The rate by service and SLO. What has no data, or no number because nothing was asked, is left out.

    ``url`` is that of a server or of a workspace, without ``/api/v1``. UnreadableError where there is no answer.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise UnreadableError(f"PROMETHEUS={url!r} is no address of Prometheus; write it as https://...")
    address = f"{url.rstrip('/')}/api/v1/query?{urlencode({'query': RECORD})}"
    request = Request(address, headers=_signed(address, parts.hostname or ""))  # noqa: S310 - https, or loopback
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            result = json.load(answer)["data"]["result"]
        return read(result)
    except HTTPError as error:
        raise UnreadableError(f"Prometheus at {parts.hostname} refuses: {error.code} {error.reason}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(f"Prometheus at {parts.hostname} gives no answer: {error}") from None


def read(result: Any) -> dict[tuple[str, str], float]:
    """The rates of an instant vector. Of several series of one SLO the highest counts."""
    rates: dict[tuple[str, str], float] = {}
    for series in result:
        labels, (_, text) = series["metric"], series["value"]
        value = float(text)
        key = str(labels.get("service", "")), str(labels.get("slo", ""))
        if all(key) and not math.isnan(value):
            rates[key] = max(rates.get(key, 0.0), round(min(max(value, 0.0), HIGHEST), 4))
    return rates


def _signed(address: str, host: str) -> dict[str, str]:
    """The headers with which Amazon's service takes a query; none for other servers."""
    found = _AMAZON.fullmatch(host)
    if found is None:
        return {}
    import boto3  # noqa: PLC0415 - slow to import, and needed here alone
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - as above
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - as above

    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise UnreadableError(f"Prometheus at {host} asks for credentials of AWS, and there are none")
    request = AWSRequest("GET", address)
    SigV4Auth(credentials, "aps", found[1]).add_auth(request)
    return dict(request.headers.items())
