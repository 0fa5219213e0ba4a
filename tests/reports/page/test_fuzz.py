"""Whatever an event log or a state holds, there is a page: nothing raises, and no envelope of the engine is shown."""

import json
from typing import Any

from hypothesis import given

from reports import events, page
from reports.change import change
from reports.reach import rows_of
from reports.state import StateError, deployment
from reports.values import SIGNATURE
from tests.reports.page.support.changes import shown
from tests.reports.support.mutants import documents, logs
from tests.reports.test_fuzz import EXPORTS, FAILED, FEW, LINES, STATE


@FEW
@given(logs([*LINES, FAILED]))
def test_any_log_gives_a_page(text: list[str]) -> None:
    """Beside a state that is whole."""
    for run in events.parse(text):
        html = shown(change("dev", run, STATE))
        assert SIGNATURE not in html
        assert "\x1b" not in html
        html.encode()


@FEW
@given(documents(EXPORTS))
def test_any_state_gives_a_page(document: Any) -> None:
    """Where it is one."""
    try:
        entries = deployment(json.dumps(document)).get("resources") or []
    except StateError:
        return
    html = page.render_state(entries, rows_of(entries))
    assert SIGNATURE not in html
    html.encode()
