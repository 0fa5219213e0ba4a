"""The shell's page as a browser shows it: narrow and wide, light and dark, with keys alone, on paper."""

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from reports.html.parts import Tone, badge, code, link, paragraphs, table
from reports.html.shell import Assets, Section, page
from tests.support.browser import NARROW, WIDE, Browser

TONES: tuple[Tone, ...] = ("plain", "good", "info", "warn", "bad", "grave")
BAD = """<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'"></head>
<body><p style="color: #aaa">faint</p><table width="900"><tr><td>wide</td></tr></table>
<img src="http://127.0.0.1:9/a.png"></body></html>"""


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A page with every part in it."""
    rows = [[code("nationgraph:data:Database$aws:rds/instance:Instance"), badge(tone, tone), "12"] for tone in TONES]
    content = table(["resource", "tone", "number"], rows, "Tones", numbers=["number"])
    more = paragraphs("x" * 400, link("a link", "https://example.com/"), code("y" * 400))
    sections = [Section("Tones", content, "6"), Section("Long words", more)]
    assets = Assets(style="h2 { letter-spacing: 0 }", script="document.body.dataset.ran = 'yes'")
    path = tmp_path / "page.html"
    path.write_text(page("Every part", sections, lead="one line", facts={"Stack": "dev"}, assets=assets))
    return path


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wrong(browser: Browser, everything: Path, *, width: int, dark: bool) -> None:
    """No word on the console, no request, no fault of accessibility or contrast, no sideways scrolling of the page."""
    browser.open(everything, width=width, dark=dark)
    assert browser.problems() == []
    assert browser.accessibility() == []
    assert browser.overflow() == []
    assert browser.ask("document.body.dataset.ran") == "yes"
    ground = browser.ask("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is not dark


def test_the_first_key_leads_past_the_contents(browser: Browser, everything: Path) -> None:
    """The skip link comes first, is seen when it has the focus, and leads to the content."""
    browser.open(everything)
    first = browser.press(Keys.TAB)
    assert first.text == "Skip to the content"
    assert first.rect["y"] >= 0
    assert browser.press(Keys.ENTER).get_attribute("id") == "content"


def test_the_browser_tells_of_faults(browser: Browser, tmp_path: Path) -> None:
    """What the other tests find absent is found where it is."""
    path = tmp_path / "bad.html"
    path.write_text(BAD)
    browser.open(path, width=NARROW)
    said, rules = "\n".join(browser.problems()), "\n".join(browser.accessibility())
    assert "violates the following Content Security Policy directive" in said
    assert {rule for rule in ("document-title", "html-has-lang", "image-alt") if rule in rules} != set()
    assert browser.overflow() != []
    path.write_text(
        "<title>a</title><script>nothing()</script><p style='color: #aaa'>faint</p><img src='http://127.0.0.1:9/'>"
    )
    browser.open(path)
    said = "\n".join(browser.problems())
    assert "nothing is not defined" in said
    assert "request: http://127.0.0.1:9/" in said
    assert "color-contrast" in "\n".join(browser.accessibility())
