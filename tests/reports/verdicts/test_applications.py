"""An application is a verdict where its status says everything, whatever shape it has."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.helm_parameters import MIGRATIONS
from models.promotion.verdicts import text, written
from models.versions.model import Version
from reports.verdicts import UnreadableError, applications
from tests.models.promotion.support.verdicts import NOW
from tests.models.support.catalogs import A, B
from tests.reports.verdicts.support.applications import SINCE, application
from tests.support.depth import examples

ORDERS = Version(service="orders", tier="core", namespace="shop", chart="1.1.0", image=A)


def read(*items: Any, environment: str = "dev") -> tuple[dict[str, Any], list[str]]:
    """The verdicts as plain values, and the notes."""
    found, notes = applications.verdicts(items, environment)
    return {name: verdict.model_dump() for name, verdict in found.items()}, notes


@pytest.mark.parametrize("root", ["", "charts/"])
def test_what_was_compared_is_the_freight(root: str) -> None:
    """In the repository of its own, and in the seed."""
    found, notes = applications.verdicts([application(ORDERS, "dev", root=root)], "dev")
    assert notes == []
    verdict = found["orders"]
    assert (verdict.chart, verdict.image, verdict.slos) == (ORDERS.chart, ORDERS.image, ())
    assert (verdict.sync, verdict.health, verdict.operation) == ("Synced", "Healthy", "Succeeded")
    assert text(verdict.since) == SINCE


def test_migrations_are_those_that_were_compared() -> None:
    """Not those of the line; none where there are none, or where it is not known which of two counts."""
    line = ORDERS.model_copy(update={"migrations": B})
    item = application(line, "dev")
    assert applications.verdicts([item], "dev")[0]["orders"].migrations == B
    item["spec"] = application(ORDERS, "dev")["spec"]
    assert applications.verdicts([item], "dev")[0]["orders"].migrations == B
    assert applications.verdicts([application(ORDERS, "dev")], "dev")[0]["orders"].migrations is None
    parameters = item["status"]["sync"]["comparedTo"]["source"]["helm"]["parameters"]
    parameters.append({"name": MIGRATIONS, "value": A})
    assert applications.verdicts([item], "dev")[0]["orders"].migrations is None
    assert '"migrations"' not in written("dev", NOW, applications.verdicts([item], "dev")[0].values())


def test_since_is_the_later_of_health_and_deployment() -> None:
    """A service that was deployed a minute ago has not been healthy for an hour."""
    later = "2026-11-29T09:00:00Z"
    for changes in ({"health_since": later}, {"deployed": later}):
        found, _ = applications.verdicts([application(ORDERS, "dev", **changes)], "dev")
        assert text(found["orders"].since) == later


def test_desired_is_not_what_runs() -> None:
    """The controller has not compared the new line yet: the verdict is of the old freight."""
    item = application(ORDERS, "dev")
    item["spec"] = application(ORDERS.model_copy(update={"chart": "1.2.0"}), "dev")["spec"]
    assert applications.verdicts([item], "dev")[0]["orders"].chart == "1.1.0"


def test_other_environments_and_other_applications_are_nothing() -> None:
    """The sandbox runs the versions of dev."""
    assert read(application(ORDERS, "staging")) == ({}, [])
    assert read({"metadata": {"name": "tailscale"}, "spec": {"source": {"path": "addons/x/1.0.0"}}}) == ({}, [])
    assert list(read(application(ORDERS, "sandbox"))[0]) == ["orders"]
    assert read(application(ORDERS, "nowhere")) == ({}, [])


def test_two_applications_of_a_service_are_none() -> None:
    """Also three: it is not known which one counts."""
    item = application(ORDERS, "dev")
    found, notes = read(item, item, item)
    assert found == {}
    assert notes == ["orders: a second application of orders; remove one"] * 2


WITHOUT = {
    "status": "Argo CD has not compared it yet",
    "status.sync": "Argo CD has not compared it yet",
    "status.sync.status": "its status does not say sync",
    "status.health": "its status does not say health, since",
    "status.health.lastTransitionTime": "its status does not say since",
    "status.history": "its status does not say since",
    "status.operationState": "its status does not say operation",
    "status.sync.comparedTo.source.helm.parameters": "its status does not say image",
    "status.sync.comparedTo.source.path": "its status does not say chart",
}


@pytest.mark.parametrize("path", WITHOUT)
def test_what_a_status_does_not_say_makes_no_verdict(path: str) -> None:
    """A note says what is missing."""
    item = copy.deepcopy(application(ORDERS, "dev"))
    *way, last = path.split(".")
    at: Any = item
    for step in way:
        at = at[step]
    del at[last]
    assert read(item) == ({}, [f"orders: {WITHOUT[path]}"])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def ways(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value inside."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way for key, inner in pairs for way in [(*path, key), *ways(inner, (*path, key))]]


@given(data=st.data(), value=VALUES)
@settings(max_examples=examples(200), deadline=None)
def test_no_shape_of_an_application_raises(data: st.DataObject, value: Any) -> None:
    """Nor makes it healthier than it was."""
    item = application(ORDERS, "dev", health="Degraded")
    way = data.draw(st.sampled_from(ways(item)))
    at: Any = item
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = value
    found, _ = applications.verdicts([item, value], "dev")
    assert all(verdict.health != "Healthy" for verdict in found.values())


def kubectl(path: Path, answer: str, code: int = 0) -> Path:
    """A stand-in that prints an answer."""
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\necho 'forbidden: applications' >&2\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("answer", "code", "why"),
    [
        ("", 1, "forbidden: applications; see KUBECONFIG="),
        ("not json", 0, "cannot be read"),
        ("{}", 0, "cannot be read: 'items'"),
        ('{"items": null}', 0, "cannot be read"),
        ("[]", 0, "cannot be read"),
    ],
)
def test_a_cluster_that_gives_no_list_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, why: str
) -> None:
    """And not an empty cluster."""
    monkeypatch.setattr(applications.cluster.kubernetes, "kubectl", lambda: kubectl(tmp_path / "kubectl", answer, code))
    with pytest.raises(UnreadableError, match=why):
        applications.fetch(tmp_path / "config")


def test_items_are_what_kubectl_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are."""
    answer = json.dumps({"items": [application(ORDERS, "dev")]})
    monkeypatch.setattr(applications.cluster.kubernetes, "kubectl", lambda: kubectl(tmp_path / "kubectl", answer))
    assert applications.fetch(Path(os.devnull)) == [application(ORDERS, "dev")]
