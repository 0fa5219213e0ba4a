"""What the page says: the verdict, what is dangerous, each change with its properties, and nothing secret."""

import re
from html import unescape

import pytest

from lib.printable import printable
from reports import page
from reports.change import Change
from reports.html.parts import paragraphs
from reports.html.shell import Section
from tests.reports.html.test_shell import BEYOND_THE_FILE, NASTY, Reader
from tests.reports.page.support.changes import AFTER, BEFORE, danger, entry, everything, large, rows, step
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
    more = [Section("Cost", paragraphs("12 $"))]
    text = page.render(change, dangers=dangers, reach=(BEFORE, AFTER), more=more)
    first, last = ["Errors", "Dangerous", "Policy findings", "Cost"], ["Components", "Who can reach what", "Resources"]
    assert headings(text) == [*first, *last]
    assert text.index("orders is gone") < text.index("must not be") < text.index("12 $")
    assert headings(page.render(Change(stack="dev", run=made_up()))) == ["Components", "Resources"]


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (made_up(), "✓ nothing changes"),
        (made_up([step("a", "same", {}, {})]), "✓ nothing changes"),
        (made_up([step("a", "create", {}, {})]), "✓ ready 1 created."),
        (
            made_up([], [finding("a")], succeeded=False),
            "✗ blocked 1 finding must be dealt with first; nothing changes.",
        ),
        (made_up([], [], ["it broke"], succeeded=False), "✗ failed The preview did not come to its end."),
        (made_up([], [finding("a", "advisory")]), "✓ nothing changes"),
    ],
)
def test_the_verdict_is_in_a_line(run: object, verdict: str) -> None:
    """Whether it may be deployed, and why not."""
    text = page.render(Change(stack="dev", run=run))  # type: ignore[arg-type]
    (lead,) = re.findall(r'<p class="lead">(.*?)</p>', text)
    assert unescape(re.sub(r"<.*?>", "", lead)) == verdict


def test_properties_stand_before_and_after() -> None:
    """With what forces a replacement marked, by a word as well."""
    text = page.render(everything()[0])
    row = re.search(r"<tr><td><code>username</code>.*?</tr>", text, re.DOTALL)
    assert row is not None
    assert re.findall(r'<code class="(before|after)">(.*?)</code>', row[0]) == [("before", "a"), ("after", "b")]
    assert "forces replacement" in row[0]


def test_secrets_are_not_shown() -> None:
    """Neither a marked value nor one whose name says it; that one of them changes is told."""
    text = page.render(everything()[0])
    assert "hunter2" not in text
    assert "v1:hush" not in text
    assert re.search(r"<tr><td><code>value</code></td>.*?\[secret\].*?\[secret\]", text, re.DOTALL)


def test_paths_are_shown_hop_by_hop() -> None:
    """What is new, what is gone, and what no grant names is unfolded."""
    text = page.render(everything()[0], reach=(BEFORE, AFTER))
    part = text[text.index('id="who-can-reach-what"') : text.index('id="resources"')]
    assert "3 paths into 2 targets, 1 that no grant names; 1 new, 1 gone." in part
    public = re.search(r"<details open><summary>[^/]*✗ not granted.*?</details>", part, re.DOTALL)
    assert public is not None
    assert re.findall(r"<li>(.*?)</li>", public[0]) == ["subnet a", "network ACL b", "core"]
    assert "+ new" in public[0]
    assert re.search(r"<strong>old tool</strong> → tcp 5432 <span[^>]*>− gone", part)  # noqa: RUF001 - as it is shown


def test_findings_of_a_policy_stand_together() -> None:
    """With what to do once; after ten, the rest is folded and counted."""
    findings = [finding(f"resource-{number}: is open") for number in range(13)]
    text = page.render(Change(stack="dev", run=made_up([], findings, succeeded=False)))
    assert text.count("sec-07-no-open-ingress") == 1
    assert "<summary>3 more</summary>" in text
    assert all(f"resource-{number}: is open" in text for number in range(13))


@pytest.mark.parametrize("text", NASTY)
def test_what_a_stack_says_is_text(text: str) -> None:
    """Wherever it may say something: the same elements as for a harmless word."""

    def made(word: str) -> str:
        change, dangers = everything(word)
        return page.render(change, dangers=dangers, reach=rows(word))

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
    text = page.render(large(1_800, 3))
    assert text.count('data-box="') < 400
    assert re.search(r"\d+ more components are in the list below", text)
    assert page.render(large(200, 100)).count("What changes, and what needs it") == 0


def test_the_engine_s_own_log() -> None:
    """A replacement, as the engine tells of it."""
    text = page.render(Change(stack="production", run=run("replace")), dangers=[danger()])
    assert "± replaced" in text
    assert "forces replacement" in text
