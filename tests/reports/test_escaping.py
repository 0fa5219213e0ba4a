"""A pull request chooses names and messages; none of them may become markup in the comment, or text that misleads."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from policy.core.guidance import SOURCE
from reports import markdown
from reports.catalog.changes import Said
from reports.comment.markdown import markdown as comment
from reports.dangers import Danger, Kind, Severity
from reports.github.comment import marker
from reports.markdown import Code
from tests.reports.comment.support import reports
from tests.reports.support.runs import finding, made_up, step

NASTY = [
    "a|b",
    "a\\|b",
    "`",
    "``` ```",
    "` | `",
    "a\nb",
    "a\r\n\r\n# Heading",
    "a\u2028| b |",
    "<img src=x onerror=alert(1)>",
    "<!-- ",
    "[text](https://example.com)",
    "![](https://example.com/x.png)",
    "@nationgraph/platform",
    "#1",
    "**bold** ~~gone~~",
    "| --- |",
    "</details>",
    "</code></summary><h1>x</h1>",
    "<details><summary>",
    "<!-- preview: production -->",
    "-->",
    "&lt;b&gt; &#64;all",
    "x\u202egnp.exe\x1b[2J\u200b",
    "a" * 600 + "`",
    "\\",
    "`\\",
]
TEXT = st.one_of(
    st.sampled_from(NASTY), st.text(alphabet=st.sampled_from("`|\\ \n\r\t<>[]()*_~#@!-a:&;"), min_size=1, max_size=30)
)
ALLOWED = {"text", "code_inline", "strong_open", "strong_close", "link_open", "link_close"}


def written(text: str, **other: Any) -> str:
    """A comment in which every part says ``text``."""
    component = step(text, "same", "nationgraph:vpn:Vpn")
    old, new = {"inputs": {text: "was", "more": text}}, {"inputs": {text: "is", "more": f"{text}!"}}
    own = step("after", "update", parent=component.urn, keys=[text], old=old, new=new)
    steps = [component, own, step(text, "delete", keys=[text], forcing=[text]), step(text, "replace", forcing=[text])]
    run = made_up(
        steps, [finding(text), finding(text, policy=text), finding(text, "advisory")], [text], succeeded=False
    )
    said = [Said(kind="service", name=text, sentence=("new service ", Code(text)))]
    dangers = [
        Danger(kind=Kind.DATA, severity=Severity.HIGH, urn=own.urn, sentence=text, property=text, before=text, why=text)
    ]
    base = made_up(steps[3:])
    report = replace(reports.report(run, base=base, catalog=said), dangers=dangers, pending_dangers=dangers, **other)
    return comment(report)


def links(tokens: list[Token]) -> set[str]:
    """Where the links of a document lead: only findings have one, to the rule's own source."""
    return {str(token.attrs["href"]) for token in inline(tokens) if token.type == "link_open"}


def visible(text: str) -> str:
    """The text as one harmless line, cut to the longest that is shown."""
    line = markdown.one_line(text)
    return line if len(line) <= markdown.LONGEST else f"{line[: markdown.LONGEST]}…"


def inline(tokens: list[Token]) -> list[Token]:
    """All inline tokens of a document."""
    return [child for token in tokens for child in token.children or ()]


def judge(text: str) -> None:
    """The comment keeps its structure, and shows the text only as what it is."""
    made = written(text)
    tokens = reports.tokens(made)
    assert {token.type for token in inline(tokens)} <= ALLOWED
    assert all(link.startswith(f"{SOURCE}/policy/rules/") for link in links(tokens))
    read = reports.read(made)  # no HTML but folds, each closed
    assert read.headings == ["Dangerous", "Errors", "Policy findings", "Catalog", "Changes"]
    assert not {"@", "#", "<", ">", "http"} & {part for part in ("@", "#", "<", ">", "http") if part in read.plain}
    assert len(read.folds) == (2 if visible(text) in ("", "-") else 3)  # the dash stands for no component
    assert not any(token.type == "code_block" for token in tokens)
    code = [token.content.strip() for token in inline(tokens) if token.type == "code_inline"]
    assert not visible(text) or visible(text) in code
    assert marker("production") not in made.splitlines()
    assert not any(character in made for character in "\x1b\u202e\u200b")


@given(text=TEXT)
@settings(deadline=None)
def test_texts_stay_texts(text: str) -> None:
    """Whatever is said, wherever it is said."""
    judge(text)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts(text: str) -> None:
    """Nothing but code, plain words of our own and bold levels: no link, image, HTML or mention takes effect."""
    judge(text)
