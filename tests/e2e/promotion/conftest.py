"""What promotion asks besides Argo CD."""

import json
import time
from collections.abc import Iterator

import pytest

from models.promotion.freight import load
from reports.verdicts.slos import RECORD, burn_rates
from tests.e2e.support.prometheus import prometheus


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus in which no SLO of the catalog burns, and one service's has no data."""
    services = load().services
    rules = [
        {"record": RECORD, "expr": "vector(0.5)", "labels": {"service": name, "slo": slo.name}}
        for name, service in services.items()
        for slo in service.slos
        if name != "search"
    ]
    text_ = json.dumps({"groups": [{"name": "slos", "rules": rules}]})
    with prometheus(tmp_path_factory.mktemp("prometheus") / "server", text_) as address:
        end = time.monotonic() + 30
        while len(burn_rates(address)) < len(rules) and time.monotonic() < end:
            time.sleep(0.2)
        yield address
