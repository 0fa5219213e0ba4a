"""A report of findings in every format."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Literal

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.text import Text

from reports.findings import lines, to_html, to_junit, to_sarif
from reports.findings.report import Report
from reports.markdown import code, fitting

Format = Literal["table", "markdown", "json", "sarif", "junit", "html", "all"]


def terminal(report: Report) -> RenderableType:
    """For a person: each finding with what to do, grave ones first."""
    found = [text for finding in report.findings for text in lines.terminal(finding, report.today)]
    return Group(*found, *(Text(note, style="dim") for note in report.notes), Text(f"{report.summary}."))


def markdown(report: Report) -> str:
    """For a comment or an issue: what does not fit is counted."""
    entries = [lines.markdown(finding, report.today) for finding in report.findings]
    kept = fitting(entries)
    more = ["", f"{len(entries) - len(kept)} more."] if len(entries) > len(kept) else []
    notes = ["", *(f"{code(note)}" for note in report.notes)] if report.notes else []
    heading = f"### {report.title} of {code(report.stack)}: {report.verdict}"
    return "\n".join([heading, "", f"{report.summary}.", *([""] if kept else []), *kept, *more, *notes]) + "\n"


def as_json(report: Report) -> str:
    """For programs: the report as it is, with its verdict; ``read`` reads it."""
    document = {"blocking": report.blocking, "counts": report.counts, **_form().dump_python(report, mode="json")}
    return json.dumps(document, indent=2) + "\n"


def read(text: str) -> Report:
    """A report that ``as_json`` wrote.

    Raises:
        pydantic.ValidationError: it is none.

    """
    return _form().validate_json(text)


@cache
def _form() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def sarif(report: Report) -> str:
    """For code scanning."""
    return json.dumps(to_sarif.document(report), indent=1) + "\n"


FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {
    "markdown": markdown,
    "json": as_json,
    "sarif": sarif,
    "junit": to_junit.document,
    "html": to_html.document,
}
"""Every format but that of a terminal."""
SUFFIXES: Final = {"markdown": ".md", "junit": ".xml"}
"""Of files whose suffix is not the format's name."""


def files(report: Report) -> dict[str, str]:
    """The report in every format, by the name of its file."""
    return {f"findings{SUFFIXES.get(form, f'.{form}')}": write(report) for form, write in FORMATS.items()}
