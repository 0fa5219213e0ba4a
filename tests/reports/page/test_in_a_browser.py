"""The page as a browser shows it: narrow and wide, light and dark, by keys alone, without scripts, and very large."""

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.reports.html.test_shell import NASTY
from tests.reports.page.support import changes
from tests.reports.page.support.changes import AFTER, BEFORE, everything, large, rows
from tests.support.browser import NARROW, WIDE, Browser

UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
LARGEST = 8_000_000
"""Bytes of a page that is still sent around."""


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """A page with everything in it."""
    change, dangers = everything()
    path = tmp_path / "preview.html"
    path.write_text(changes.shown(change, dangers, (BEFORE, AFTER)), encoding="utf-8")
    return path


def folded(browser: Browser, selector: str) -> bool:
    """Whether what a selector finds lies in something folded."""
    return bool(browser.ask(f"!!document.querySelector({selector!r}).closest('details:not([open])')"))


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wrong(browser: Browser, shown: Path, *, width: int, dark: bool) -> None:
    """Folded and unfolded: no word on the console, no request, no fault of accessibility, no sideways scrolling.

    A picture of it stays in the test's folder, for a person to look at.
    """
    browser.open(shown, width=width, dark=dark)
    assert browser.overflow() == []
    browser.ask(UNFOLD)
    assert browser.overflow() == []
    assert browser.accessibility() == []
    assert browser.problems() == []
    picture = shown.with_suffix(".png")
    browser.screenshot(picture)
    assert int.from_bytes(picture.read_bytes()[16:20]) == width


def test_what_a_stack_says_does_nothing(browser: Browser, tmp_path: Path) -> None:
    """Neither markup nor scripts in names take effect, and long ones do not push the page aside."""
    path = tmp_path / "preview.html"
    for text in NASTY:
        change, dangers = everything(text)
        path.write_text(changes.shown(change, dangers, rows(text)), encoding="utf-8")
        browser.open(path, width=NARROW)
        browser.ask(UNFOLD)
        assert browser.problems() == []
        assert browser.overflow() == []
        assert browser.ask("document.querySelectorAll('main').length") == 1


def test_keys_lead_from_a_box_to_its_properties(browser: Browser, shown: Path) -> None:
    """Enter on a component's box unfolds it; Enter on a resource shows what it was and will be."""
    browser.open(shown)
    browser.ask("document.querySelectorAll('.component').forEach(one => one.open = false)")
    browser.ask("document.querySelector('.map a[data-box]').focus()")
    box = browser.press()
    assert browser.ask("document.querySelectorAll('.map .near').length") > 1
    browser.press(Keys.ENTER)
    assert not folded(browser, box.get_dom_attribute("href") or "")
    browser.ask("document.querySelector('.component[open] .resources summary').focus()")
    before = browser.one(".component[open] .resources li:first-child > details").get_attribute("open")
    browser.press(Keys.ENTER)
    assert browser.one(".component[open] .resources li:first-child > details").get_attribute("open") != before


def test_search_and_what_changes_alone(browser: Browser, shown: Path) -> None:
    """Both count what is left, and hide components without any."""
    browser.open(shown)
    browser.ask("document.querySelector('.tools input[type=checkbox]').focus()")
    browser.press(Keys.SPACE)
    assert browser.one(".tools [role=status]").text == "8 shown"
    assert not browser.one("li[data-text^='kept']").is_displayed()
    browser.ask("document.querySelector('#words').focus()")
    browser.press("vpc", " ")
    browser.until("document.querySelector('.tools [role=status]').textContent === '8 shown'")
    browser.press("nowhere")
    browser.until("document.querySelector('.tools [role=status]').textContent === '0 shown'")
    assert not any(component.is_displayed() for component in browser.all(".component"))


def test_without_scripts_everything_is_there(browser: Browser, shown: Path) -> None:
    """It folds by itself, a link unfolds what it leads to, and what needs a script is not shown."""
    browser.open(shown, script=False)
    assert not browser.one(".tools").is_displayed()
    assert browser.problems() == []
    assert folded(browser, "#r2")
    browser.ask('document.querySelector(\'[aria-label^="What changes"] a[href="#r2"]\').focus()')
    browser.press(Keys.ENTER)
    assert not folded(browser, "#r2")


@pytest.mark.no_cover
def test_a_large_one_can_be_used(browser: Browser, tmp_path: Path) -> None:
    """Five thousand resources, all of which change: it opens, and a search answers."""
    path = tmp_path / "preview.html"
    path.write_text(changes.shown(large(5_000, 5_000)), encoding="utf-8")
    assert path.stat().st_size < LARGEST
    browser.open(path)
    assert browser.problems() == []
    browser.ask("document.querySelector('#words').focus()")
    browser.press("component-7-7")
    browser.until("document.querySelector('.tools [role=status]').textContent !== ''")
    found = browser.one(".tools [role=status]").text.removesuffix(" shown")
    took = browser.ask("performance.getEntriesByType('navigation')[0].domComplete") / 1000
    print(f"{found} of 5000 resources found in a page of {path.stat().st_size / 1e6:.1f} MB, open {took:.1f} s later")
    assert 0 < int(found) < 30
