"""The shell of every page: one file, no request, nothing that a stack says takes effect."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from reports.html.parts import badge, code, link, paragraphs, table
from reports.html.shell import Assets, Section, page
from reports.html.templates import SHELL, fragment

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></main>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    "a\u202eb\u2066c\x00d\x1b[31m",
    "x" * 1000,
)
BEYOND_THE_FILE = re.compile(
    r"<(?:link|object|iframe|embed)|(?:src|action|data|poster|srcset)=[\"'](?!data:)|url\((?!#)|@import"
)


class Reader(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - of its base
        """HTMLParser's method."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """HTMLParser's method."""
        self.text += data


def _read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize("text", NASTY)
def test_what_a_stack_says_is_text(text: str) -> None:
    """In each place the same elements as for a harmless word, and the text itself, with escapes for what is hidden."""

    def made(word: str) -> str:
        rows = [[word, code(word), badge(word, "bad")]]
        content = table([word, "b", "c"], rows, word, numbers=["b"]) + paragraphs(word) + link(word, word)
        return page(word, [Section(word, content, word)] * 2, lead=word, facts={word: word})

    nasty, harmless = _read(made(text)), _read(made("harmless"))
    assert nasty.tags == harmless.tags
    shown = text.replace("\u202e", r"\u202e").replace("\u2066", r"\u2066").replace("\x00", r"\x00")
    assert nasty.text.count(shown.replace("\x1b", r"\x1b")) == harmless.text.count("harmless")
    assert not re.search("[\u202e\u2066\x00\x1b]", made(text))


def test_the_policy_names_its_own_styles_and_script_by_hash_and_nothing_else() -> None:
    """What a browser would run or apply beyond them is refused."""
    text = page("A", [], assets=Assets(style="b { color: red }", script="'use strict'"))
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    sources = set(re.findall(r"sha256-([\w+/=]+)", policy.replace("&#39;", "'")))
    bodies = re.findall(r"<(style|script)>(.*?)</\1>", text, re.DOTALL)
    assert [name for name, _ in bodies] == ["style", "style", "script"]
    assert sources == {base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for _, body in bodies}
    assert policy.startswith("default-src &#39;none&#39;; ")
    assert "unsafe" not in policy
    assert "script-src &#39;none&#39;" in page("A", [])
    assert not BEYOND_THE_FILE.search(text)


@pytest.mark.parametrize("text", ["a</script>", "<!-- a", "</style>"])
def test_assets_cannot_end_their_element(text: str) -> None:
    """They would let the rest of the file be read as markup."""
    with pytest.raises(ValueError, match="would end their element"):
        Assets(script=text)
    with pytest.raises(ValueError, match="would end their element"):
        Assets(style=text)


def test_sections_have_anchors_of_their_own() -> None:
    """Equal titles, and titles without letters, are told apart; the contents lead to each of them."""
    titles = ["Changes", "Changes", "Who, what?", "…", "Changes 2", "Changes"]
    text = page("A", [Section(title, Markup("x")) for title in titles])
    anchors = re.findall(r'<h2 id="(.*?)">', text)
    assert anchors == ["changes", "changes-2", "who-what", "section", "changes-2-2", "changes-3"]
    assert re.findall(r'<li><a href="#(.*?)">', text) == anchors
    assert "<nav" not in page("A", [Section("One", Markup("x"))])


def test_links_lead_to_the_web_or_into_the_page() -> None:
    """Everything else, as scripts and files, is shown as text."""
    assert link("a", "https://example.com/?a=1&b=2").startswith('<a href="https://example.com/?a=1&amp;b=2"')
    assert link("a", "#x").startswith("<a ")
    assert [link("a<", address) for address in ("javascript:alert(1)", "http://a", "file:///a", "")] == ["a&lt;"] * 4


def test_what_a_template_does_not_get_is_an_error() -> None:
    """A page with a hole is none."""
    with pytest.raises(UndefinedError, match="'caption' is undefined"):
        fragment(SHELL, "table.html", headings=[], rows=[], numbers=[])
