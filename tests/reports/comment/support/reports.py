"""Reports made up of steps, and comments as GitHub reads them."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console

from reports.catalog.changes import Said
from reports.change import Change
from reports.comment import build
from reports.comment.markdown import MOST, markdown
from reports.comment.model import Paths, Report
from reports.comment.terminal import terminal
from reports.events import Finding, Run, Step
from tests.reports.support.runs import made_up, step

DATABASE = "aws:rds/instance:Instance"
HELD = {"inputs": {"engine": "postgres", "username": "a"}, "outputs": {"engine": "postgres", "username": "a"}}
TODAY = dt.date(2026, 11, 29)
FOLD = re.compile(r"<details><summary>(<code>[^<>]*</code>: )?([^<>]*)</summary>\n?|</details>\n?")


def around(paths: Paths = ((), ()), catalog: Sequence[Said] = ()) -> build.Around:
    """A day and a region."""
    return build.Around(today=TODAY, region="eu-central-1", paths=paths, catalog=catalog)


def report(run: Run, before: Sequence[Any] = (), base: Run | None = None, catalog: Sequence[Said] = ()) -> Report:
    """Of a run alone: what depends on the states before and after is empty."""
    against = Change(stack="production", run=base, before=before) if base else None
    return build.report(Change(stack="production", run=run, before=before), against, around(catalog=catalog))


def comment(
    steps: Sequence[Step] = (), findings: Sequence[Finding] = (), errors: Sequence[str] = (), *, succeeded: bool = True
) -> str:
    """The comment on a made-up preview."""
    return markdown(report(made_up(steps, findings, errors, succeeded=succeeded)))


@dataclass
class Read:
    """A comment as a reader sees it: items of lists by heading, and rows of tables by the fold in which they are."""

    title: str = ""
    lead: str = ""
    headings: list[str] = field(default_factory=list)
    items: dict[str, list[str]] = field(default_factory=dict)
    folds: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[list[str]]] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    plain: str = ""

    def said(self, heading: str) -> str:
        """All that stands below a heading."""
        return "\n".join(self.items.get(heading, []))


def tokens(text: str) -> list[Token]:
    """As GitHub's Markdown: CommonMark with tables, HTML allowed."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def read(text: str) -> Read:
    """The comment. AssertionError where it holds HTML that is not a fold of ours, or one that does not close."""
    assert len(text.encode()) <= MOST
    made, heading, fold = Read(), "", ""
    parsed = tokens(text)
    for before, last, token in zip(parsed, parsed[1:], parsed[2:], strict=False):
        if token.type == "html_block":
            fold = _folded(token.content, made, fold)
        if token.type == "inline":
            seen = _visible(token, made)
            if last.type == "heading_open":
                heading = seen
                made.headings.append(seen)
            elif last.type == "td_open":
                rows = made.rows.setdefault(fold, [])
                rows += [[]] if before.type == "tr_open" else []
                rows[-1].append(seen)
            elif last.type == "paragraph_open":
                made.items.setdefault(heading, []).append(seen)
                made.items.setdefault(fold, []).append(seen)
    assert not fold
    made.title, *made.headings = (_visible(token, made) for token in _headings(parsed))
    made.lead = made.items[""][0]
    return made


def _headings(parsed: list[Token]) -> list[Token]:
    return [token for last, token in pairwise(parsed) if last.type == "heading_open"]


def _folded(content: str, made: Read, fold: str) -> str:
    """The fold that begins; empty where one ends."""
    match = FOLD.fullmatch(content)
    assert match, content
    assert bool(fold) is content.startswith("</")
    if fold:
        return ""
    name = unescape(match[1] or match[2]).removeprefix("<code>").removesuffix("</code>: ")
    made.folds[name] = match[2]
    return name


def _visible(token: Token, made: Read) -> str:
    for child in token.children or ():
        if child.type == "link_open":
            made.links.add(str(child.attrs["href"]))
        if child.type == "text":
            made.plain += child.content
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))


def seen(found: Run, **other: Any) -> Read:
    """The comment on a run."""
    return read(markdown(report(found, **other)))


def shown(found: Run, **other: Any) -> str:
    """What a person at a terminal sees."""
    output = io.StringIO()
    Console(file=output, width=200).print(terminal(report(found, **other)))
    return output.getvalue()


def replaced(name: str) -> Step:
    """A database that is made anew."""
    return step(name, "replace", DATABASE, forcing=["username"], keys=["username"], old=HELD, new={"inputs": {}})
