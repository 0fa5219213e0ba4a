"""Options that several commands take. ``make`` hands them over in the environment: no shell reads their text."""

from pathlib import Path
from typing import Annotated

import typer

from stacks.environments import ENVIRONMENTS

SANDBOX = "sandbox"
Stack = Annotated[str, typer.Option(envvar="STACK", help=f"The stack: {', '.join(ENVIRONMENTS)}.", show_default=True)]
Place = Annotated[
    str, typer.Option("--target", envvar="TARGET", help="Where the stack runs: sandbox (the emulated account) or aws.")
]
Kubeconfig = Annotated[
    Path | None, typer.Option("--kubeconfig", envvar="KUBECONFIG", help="The cluster where Argo CD of it runs.")
]
Policy = Annotated[
    str,
    typer.Option(
        envvar="POLICY", help="Whose rules judge: a folder with another checkout, or deployed; else this one's."
    ),
]
Reviewed = Annotated[
    Path | None, typer.Option("--plan", envvar="PLAN", help="Deploy only what this plan says, which a preview wrote.")
]


def leads_to_cluster(command: str, kubeconfig: Path | None) -> Path:
    """The file by which a command asks the cluster. RuntimeError where there is none, with what writes one."""
    if kubeconfig is not None and kubeconfig.is_file():
        return kubeconfig
    why = "not given" if kubeconfig is None else f"{kubeconfig} is no file"
    raise RuntimeError(f"{command}: KUBECONFIG {why}; aws eks update-kubeconfig writes one, make shell has another")


def names_base_branch(against: Path | None) -> None:
    """RuntimeError where AGAINST is neither a checkout nor a file, before an engine has worked a minute for nothing."""
    fix = "check the base branch out there, or name the events.jsonl of its preview"
    if against is not None and against.is_dir() and not (against / "catalog").is_dir():
        raise RuntimeError(f"AGAINST={against}: is no checkout of the base branch, it holds no catalog; {fix}")
    if against is not None and not against.exists():
        raise RuntimeError(f"AGAINST={against}: is not there; {fix}")
