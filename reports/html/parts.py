"""What pages share: tables, badges, paragraphs."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from markupsafe import Markup

from lib.printable import printable
from reports.html.templates import SHELL, fragment

Tone = Literal["plain", "good", "info", "warn", "bad", "grave"]
"""What a colour means; a badge says it in a word or symbol as well, for who does not see colours."""


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str | Markup]], caption: str, *, numbers: Collection[str] = ()
) -> Markup:
    """A table that scrolls by itself on a narrow screen; ``numbers`` are the headings of columns set to the right.

    ``caption`` is read aloud and not shown: it says what the table holds.
    """
    cells = [list(zip(headings, row, strict=True)) for row in rows]
    return fragment(SHELL, "table.html", headings=headings, rows=cells, caption=caption, numbers=numbers)


def badge(word: str, tone: Tone = "plain") -> Markup:
    """A word on a ground of its tone."""
    return Markup('<span class="badge {}">{}</span>').format(tone, printable(word))


def code(text: str) -> Markup:
    """A name or value of a program."""
    return Markup("<code>{}</code>").format(printable(text))


def link(text: str, address: str) -> Markup:
    """A link, where ``address`` leads to the web or into the page; else the text alone."""
    if not address.startswith(("https://", "#")):
        return Markup("{}").format(printable(text))
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(printable(address), printable(text))


def paragraphs(*texts: str | Markup) -> Markup:
    """Each text as a paragraph; empty ones are left out."""
    safe = [text if isinstance(text, Markup) else printable(text) for text in texts if text]
    return Markup("\n").join(Markup("<p>{}</p>").format(text) for text in safe)
