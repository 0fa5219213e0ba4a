"""What the page says: the verdict, what is dangerous, each change with its properties, and nothing secret."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest

from lib.printable import printable
from reports import page
from reports.catalog.changes import Said
from reports.change import Change
from reports.cost.model import Difference, Moved, Unknown
from reports.events import Run
from reports.findings.model import Exempt, Finding
from reports.markdown import Code
from tests.reports.html.test_shell import BEYOND_THE_FILE, NASTY, Reader
from tests.reports.page.support.changes import (
    AFTER,
    BEFORE,
    TODAY,
    danger,
    entry,
    everything,
    large,
    rows,
    shown,
    step,
    urn,
)
from tests.reports.support.runs import finding, made_up, run


def read(text: str) -> Reader:
    """Elements and text."""
    reader = Reader()
    reader.feed(text)
    return reader


def headings(text: str) -> list[str]:
    """Of the sections, in order."""
    return re.findall(r"<h2 id=[^>]*>(.*?)</h2>", text)


def test_danger_comes_first() -> None:
    """Then what policies find, what callers add, the pictures, and the resources last."""
    change, dangers = everything()
    catalog = [Said(kind="service", name="billing", sentence=(Code("billing"), " gains an SLO"))]
    text = shown(change, dangers, (BEFORE, AFTER), catalog=catalog)
    first, last = (
        ["Errors", "Dangerous", "Policy findings", "Catalog"],
        ["Components", "Who can reach what", "Resources"],
    )
    assert headings(text) == [*first, *last]
    assert text.index("orders is gone") < text.index("must not be") < text.index("<code>billing</code> gains an SLO")
    assert headings(shown(Change(stack="dev", run=made_up()))) == ["Components", "Resources"]


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (made_up([step("a", "same", {}, {})]), "✓ nothing changes No resource would change; judged by 0 policies."),
        (made_up([step("a", "create", {}, {})]), "✓ ready, nothing dangerous. 1 resource would change; judged"),
        (made_up([], [finding("a")], succeeded=False), "✗ blocked by 1 finding of mandatory policies. No resource"),
        (made_up([], [], ["it broke"], succeeded=False), "✗ blocked, because the preview failed with 1 error. No"),
    ],
)
def test_the_verdict_is_that_of_the_comment(run: Run, verdict: str) -> None:
    """Whether it may be deployed, why not, and how much changes."""
    text = shown(Change(stack="dev", run=run))
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', text)
    assert unescape(re.sub(r"<.*?>", "", lead)).startswith(verdict)


def test_properties_stand_before_and_after() -> None:
    """With what forces a replacement marked, by a word as well."""
    text = shown(everything()[0])
    row = re.search(r"<tr><td><code>username</code>.*?</tr>", text, re.DOTALL)
    assert row is not None
    assert re.findall(r'<code class="(before|after)">(.*?)</code>', row[0]) == [("before", "a"), ("after", "b")]
    assert "forces replacement" in row[0]


def test_secrets_are_not_shown() -> None:
    """Neither a marked value nor one whose name says it; that one of them changes is told."""
    text = shown(everything()[0])
    assert "hunter2" not in text
    assert "v1:hush" not in text
    assert re.search(r"<tr><td><code>value</code></td>.*?\[secret\].*?\[secret\]", text, re.DOTALL)


def test_paths_are_shown_hop_by_hop() -> None:
    """What is new, what is gone, and what no grant names is unfolded."""
    text = shown(everything()[0], paths=(BEFORE, AFTER))
    part = text[text.index('id="who-can-reach-what"') : text.index('id="resources"')]
    assert "3 paths into 2 targets, 1 that no grant names; 1 new, 1 gone." in part
    public = re.search(r"<details open><summary>[^/]*✗ not granted.*?</details>", part, re.DOTALL)
    assert public is not None
    assert re.findall(r"<li>(.*?)</li>", public[0]) == ["subnet a", "network ACL b", "core"]
    assert "+ new" in public[0]
    assert re.search(r"<strong>old tool</strong> → tcp 5432 <span[^>]*>− gone", part)  # noqa: RUF001 - as it is shown


def test_what_is_waived_says_until_when() -> None:
    """With the days left, who owns it and why, and a link to the resource."""
    waived = Finding(level="waived", policy="a-policy", message="is open", resource="kept", urn=urn("kept"))
    exempt = Exempt("a reason", "ann", "bob", TODAY + dt.timedelta(days=9))
    text = shown(everything()[0], waived=[replace(waived, exempt=exempt)])
    part = text[text.index('id="waived"') : text.index('id="components"')]
    assert "kept: is open" in part
    assert "waived until 2026-12-10, 9 days left; owner ann, approved by bob; a reason" in part
    (number,) = re.findall(r'href="#r(\d+)"', part)
    assert f'id="r{number}"' in text


def test_cost_is_shown_where_it_differs() -> None:
    """By resource, with what is not priced."""
    moved = Moved(component="core", urn=urn("kept"), before=Decimal(10), after=Decimal(30))
    unknown = Unknown(urn=urn("new"), type="t", component="c", item="thing", why="no price is known")
    cost = Difference(before=Decimal(10), after=Decimal(30), resources=[moved], unknown=[unknown])
    text = shown(everything()[0], cost=cost)
    assert "+20.00 USD (10.00 USD a month before, 30.00 USD after); 1 more not priced." in text
    assert re.search(r"<td><code>kept</code></td><td[^>]*>10.00 USD</td><td[^>]*>30.00 USD</td>", text)
    assert "Not priced: 1 x thing: no price is known" in text


def test_findings_of_a_policy_stand_together() -> None:
    """With what to do once; after ten, the rest is folded and counted."""
    findings = [finding(f"resource-{number}: is open") for number in range(13)]
    text = shown(Change(stack="dev", run=made_up([], findings, succeeded=False)))
    assert text.count("sec-07-no-open-ingress") == 1
    assert "<summary>3 more</summary>" in text
    assert all(f"resource-{number}: is open" in text for number in range(13))


@pytest.mark.parametrize("text", NASTY)
def test_what_a_stack_says_is_text(text: str) -> None:
    """Wherever it may say something: the same elements as for a harmless word."""

    def made(word: str) -> str:
        change, dangers = everything(word)
        return shown(change, dangers, rows(word))

    plain = "x" * len(printable(text))  # as long, so that it is cut where the other is
    nasty, harmless = read(made(text)), read(made(plain))
    assert sorted(nasty.tags) == sorted(harmless.tags)
    assert not re.search("[\u202e\u2066\x00\x1b]", made(text))
    assert not BEYOND_THE_FILE.search(made(text))


def test_a_state_is_shown() -> None:
    """Who can reach what in it, and its resources; compared with another one where given."""
    entries = [entry("a", "network"), entry("b", "network", ["a"])]
    text = page.render_state(entries, AFTER)
    assert "<h1>Who can reach what in production</h1>" in text
    assert headings(text) == ["Who can reach what", "Components", "Resources"]
    assert "1 that no grant names.</p>" in text
    assert "1 new, 1 gone" in page.render_state(entries, AFTER, BEFORE)
    assert "There are none." in page.render_state([], [])


def test_pictures_are_left_out_where_nobody_could_look_at_them() -> None:
    """Of many components those that change are drawn, with their neighbours; the others are counted."""
    text = shown(large(1_800, 3))
    assert text.count('data-box="') < 400
    assert re.search(r"\d+ more components are in the list below", text)
    assert shown(large(200, 100)).count("What changes, and what needs it") == 0


def test_the_engine_s_own_log() -> None:
    """A replacement, as the engine tells of it."""
    text = shown(Change(stack="production", run=run("replace")), [danger()])
    assert "± replaced" in text
    assert "forces replacement" in text
