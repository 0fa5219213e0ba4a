"""Burn rates are numbers that Prometheus gave; what it did not give is absent."""

import io
import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from reports.verdicts import UnreadableError, slos


def series(service: str, slo: str, value: str) -> dict[str, Any]:
    """As the HTTP API answers a query."""
    return {"metric": {"__name__": slos.RECORD, "service": service, "slo": slo}, "value": [1796000000.1, value]}


def test_numbers_are_kept_and_what_is_none_is_left_out() -> None:
    """No traffic is no number; of two series the higher counts; an infinite rate is the highest."""
    answer = [
        series("orders", "availability", "0.25"), series("orders", "availability", "1.5"),
        series("orders", "latency", "NaN"), series("pages", "availability", "+Inf"),
        series("", "availability", "1"), series("pages", "", "1"), series("trial", "availability", "-0.1"),
    ]  # fmt: skip
    assert slos.read(answer) == {
        ("orders", "availability"): 1.5,
        ("pages", "availability"): slos.HIGHEST,
        ("trial", "availability"): 0.0,
    }


@pytest.mark.parametrize("url", ["http://prometheus.example", "ftp://x", "prometheus", "file:///etc/passwd"])
def test_an_address_without_encryption_is_refused(url: str) -> None:
    """But for this machine."""
    with pytest.raises(UnreadableError, match="is no address of Prometheus"):
        slos.burn_rates(url)


def answering(monkeypatch: pytest.MonkeyPatch, answer: object) -> list[Request]:
    """Every request from now on, each of which gets ``answer``."""
    asked: list[Request] = []

    def urlopen(request: Request, **_: object) -> io.BytesIO:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(json.dumps(answer).encode())

    monkeypatch.setattr(slos, "urlopen", urlopen)
    return asked


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (HTTPError("u", 403, "Forbidden", {}, None), "refuses: 403 Forbidden"),  # type: ignore[arg-type]
        (URLError("no route"), "gives no answer"),
        ({"status": "error"}, "gives no answer: 'data'"),
        ({"data": {"result": [{"metric": {}}]}}, "gives no answer: 'value'"),
        ({"data": {"result": [{"metric": {}, "value": [1, "x"]}]}}, "gives no answer"),
        ({"data": None}, "gives no answer"),
        ([], "gives no answer"),
    ],
)
def test_no_answer_is_an_error(monkeypatch: pytest.MonkeyPatch, answer: object, why: str) -> None:
    """And not an absence of SLOs."""
    answering(monkeypatch, answer)
    with pytest.raises(UnreadableError, match=why):
        slos.burn_rates("https://prometheus.example")


def test_amazons_service_gets_a_signature_and_others_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the region of its name."""
    asked = answering(monkeypatch, {"data": {"result": [series("orders", "latency", "0.5")]}})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    workspace = "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/"
    for url in (workspace, "http://127.0.0.1:9090"):
        assert slos.burn_rates(url) == {("orders", "latency"): 0.5}
    first, second = asked
    assert first.full_url == f"{workspace}api/v1/query?query=service_slo%3Aburn_rate%3Aratio_rate1h"
    assert "/eu-central-1/aps/aws4_request" in str(first.get_header("Authorization"))
    assert second.get_header("Authorization") is None


def test_without_credentials_amazons_service_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence."""
    monkeypatch.setattr("boto3.Session.get_credentials", lambda _: None)
    with pytest.raises(UnreadableError, match="asks for credentials of AWS"):
        slos.burn_rates("https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1")
