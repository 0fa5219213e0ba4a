"""what the policies say of the rendered charts of STACK, or of MANIFESTS=file or folder; FORMAT, OUTPUT as audit"""

import datetime as dt
import shutil
from pathlib import Path
from typing import Annotated

import typer

from cli.findings import Form, Output, deliver
from cli.options import Stack
from cli.output import refuse
from cli.programs import python
from cli.target import ROOT
from lib.problems import FileError
from stacks.environments import ENVIRONMENTS

GROUP = "Verify"
Manifests = Annotated[
    Path | None, typer.Option("--manifests", envvar="MANIFESTS", help="Manifests to judge: a file, or a folder.")
]


def run(stack: Stack = "production", manifests: Manifests = None, form: Form = "table", output: Output = None) -> int:
    """The command; 1 where a finding is mandatory today, 2 where a file cannot be read."""
    if stack not in ENVIRONMENTS:
        return refuse(f"policy-charts: STACK={stack!r} is no environment; use one of {', '.join(ENVIRONMENTS)}")
    if manifests is None:
        manifests = ROOT / ".sandbox" / "charts" / stack
        shutil.rmtree(manifests, ignore_errors=True)
        if code := python("reports.charts", "--environment", stack, "--output", str(manifests.parent)):
            return code
    from reports import manifests as report  # noqa: PLC0415 - the rules are slow to import

    path = manifests if manifests.is_absolute() else Path.cwd() / manifests
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    try:
        verdict = report.judged(shown, stack, dt.datetime.now(dt.UTC))
    except FileError as error:
        return refuse(str(error))
    return deliver(verdict, form, output)
