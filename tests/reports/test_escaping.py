"""A pull request chooses names and messages; none of them may become markup in the comment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from policy.core.guidance import SOURCE
from reports import markdown, preview
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
    "a" * 600 + "`",
    "\\",
    "`\\",
]
TEXT = st.one_of(
    st.sampled_from(NASTY), st.text(alphabet=st.sampled_from("`|\\ \n\r\t<>[]()*_~#@!-a:&;"), min_size=1, max_size=30)
)
ALLOWED = {"text", "code_inline", "strong_open", "strong_close", "link_open", "link_close"}


def links(tokens: list[Token]) -> set[str]:
    """Where the links of a document lead: only findings have one, to the rule's own source."""
    return {str(token.attrs["href"]) for token in inline(tokens) if token.type == "link_open"}


def visible(text: str) -> str:
    """The text as one line, cut to the longest that is shown."""
    line = " ".join(text.split())
    return line if len(line) <= markdown.LONGEST else f"{line[: markdown.LONGEST]}…"


def inline(tokens: list[Token]) -> list[Token]:
    """All inline tokens of a document."""
    return [child for token in tokens for child in token.children or ()]


def parsed(text: str) -> list[Token]:
    """The comment as GitHub's Markdown reads it: CommonMark with tables, HTML allowed."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


@given(name=TEXT, key=TEXT, message=TEXT, error=TEXT)
@settings(deadline=None)
def test_texts_stay_texts(name: str, key: str, message: str, error: str) -> None:
    """Whatever is said, the comment keeps its structure and shows each text, in one line, as it was."""
    steps = [step(name, "delete", keys=[key]), step("after", "update", keys=["last"])]
    tokens = parsed(preview.markdown(made_up(steps, [finding(message)], [error], succeeded=False), "production"))
    assert {token.type for token in inline(tokens)} <= ALLOWED
    assert all(link.startswith(f"{SOURCE}/policy/rules/") for link in links(tokens))
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == ["Preview of `production`: blocked", "Dangerous", "Errors", "Policy findings"]
    assert [token.type for token in tokens].count("tr_open") == 3
    assert [token.type for token in tokens].count("td_open") == 8
    code = [token.content.strip() for token in inline(tokens) if token.type == "code_inline"]
    for text in (key, message, error):
        assert not visible(text) or visible(text) in code
    assert "last" in code


@pytest.mark.parametrize("text", NASTY)
def test_nasty_stack_of_texts(text: str) -> None:
    """Nothing but code, plain words of our own and bold levels: no link, image, HTML or mention takes effect."""
    steps = [step(text, "replace", keys=[text, text], forcing=[text])]
    tokens = parsed(preview.markdown(made_up(steps, [finding(text), finding(text, policy=text)], [text]), "dev"))
    plain = "".join(token.content for token in inline(tokens) if token.type == "text")
    assert not {"@", "#", "<", "http"} & {part for part in ("@", "#", "<", "http") if part in plain}
    assert {token.type for token in inline(tokens)} <= ALLOWED
    assert all(link.startswith(f"{SOURCE}/policy/rules/") for link in links(tokens))
    assert "html_block" not in {token.type for token in tokens}
