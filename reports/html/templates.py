"""Templates of pages: what is undefined is an error, and what is no markup is text that is harmless to show."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lib.printable import printable

SHELL = Path(__file__).parent


def _harmless(value: object) -> object:
    """What an expression of a template shows, before it is escaped."""
    return value if isinstance(value, Markup) else printable(str(value))


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder, SHELL]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def fragment(folder: Path, name: str, /, **values: Any) -> Markup:
    """The template ``name`` of ``folder``, or of the shell's own, with ``values``."""
    return Markup(_environment(folder).get_template(name).render(values))  # noqa: S704 - rendered with autoescape
