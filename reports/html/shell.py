"""The document around a report's sections."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from reports.html.templates import SHELL, fragment

NOTHING: Mapping[str, str] = {}
_ENDS_ELEMENT = re.compile(r"</|<!--")


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading of its own; ``note`` is shown beside its name in the contents."""

    title: str
    content: Markup
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Assets:
    """CSS and JavaScript of a kind of page; it says everything without the script, too."""

    style: str = ""
    script: str = ""

    def __post_init__(self) -> None:
        """ValueError where one would end the element in which it stands."""
        if _ENDS_ELEMENT.search(self.style + self.script):
            raise ValueError("style and script hold no `</` and no `<!--`: they would end their element")


def page(
    title: str,
    sections: Sequence[Section],
    *,
    lead: str | Markup = "",
    facts: Mapping[str, str] = NOTHING,
    assets: Assets = Assets(),
) -> str:
    """The whole document.

    Args:
        title: What it is about; the window's title and its heading.
        sections: In order; the contents list them where there are several.
        lead: The outcome, in a line below the heading.
        facts: Names and values below it, as of stack and date.
        assets: CSS and JavaScript of the page, beside the shell's.

    """
    styles = [_shell_style(), *filter(None, [assets.style])]
    return str(
        fragment(
            SHELL,
            "shell.html",
            title=title,
            lead=lead,
            facts=facts,
            sections=list(zip(_anchors(sections), sections, strict=True)),
            policy=_policy(styles, assets.script),
            styles=[Markup(text) for text in styles],  # noqa: S704 - of this repository
            script=Markup(assets.script),  # noqa: S704 - as the styles
        )
    )


@cache
def _shell_style() -> str:
    return (SHELL / "shell.css").read_text(encoding="utf-8")


def _policy(styles: Sequence[str], script: str) -> str:
    """What a browser may do for the page: apply its styles, run its script, show the images that it holds."""
    scripts = _source(script) if script else "'none'"
    return (
        f"default-src 'none'; style-src {' '.join(map(_source, styles))}; script-src {scripts}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _anchors(sections: Sequence[Section]) -> list[str]:
    """An id for each section, made of its title; a number tells equal ones apart."""
    taken: list[str] = []
    for section in sections:
        name = re.sub(r"[^a-z0-9]+", "-", section.title.lower()).strip("-") or "section"
        number = sum(re.fullmatch(rf"{re.escape(name)}(-\d+)?", other) is not None for other in taken)
        taken.append(f"{name}-{number + 1}" if number else name)
    return taken
