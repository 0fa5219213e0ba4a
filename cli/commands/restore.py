"""take back an earlier state of STACK: FROM=an export, or a file; without FROM the exports; changes no resource"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli import exports
from cli.backend import BackendError, Store, bare_project, state_key, store_of, stored, url_of
from cli.deployed import REFRESH
from cli.locks import unlock
from cli.options import SANDBOX, Place, Stack
from cli.output import say, show
from cli.run import engine, operation, resources
from cli.target import Target, TargetError, working
from lib.printable import one_line
from reports import drift, preview
from sandbox import files

GROUP = "Deploy"
From = Annotated[str, typer.Option("--from", envvar="FROM", help="An export that is listed, or a file.")]


def run(stack: Stack = SANDBOX, place: Place = "", wanted: From = "") -> int:
    """The command."""
    with working("restore", stack, place) as target:
        store = store_of(target)
        if store is None:
            raise TargetError(
                f"{url_of(target) or 'no backend is chosen'}: restore works on s3:// and file:// backends"
            )
        return restore(target, store, wanted) if wanted else show_list(target, store)


def show_list(target: Target, store: Store) -> int:
    """The exports of a stack, newest first."""
    found = exports.listed(store, target.stack)
    for entry in found:
        say(f"  {entry.name}  {entry.time:%Y-%m-%d %H:%M:%S} UTC  {entry.size >> 10} KiB")
    many = f"{len(found)} exports" if len(found) != 1 else "1 export"
    say(f"{many} of {target.stack} in {store.url}" + ("; restore one with FROM=its name." if found else "."))
    return 0


def restore(target: Target, store: Store, wanted: str) -> int:
    """Put an export in the state's place, and say by a preview whether it is whole; 1 where it is not."""
    unlock(target)
    export = exports.chosen(store, target.stack, wanted)
    say(f"{export.name}: {export.count} resources, {export.age(datetime.now(UTC))}.")
    before = exports.keep_present(store, target.stack)
    try:
        count = len((stored(store, target.stack) or {}).get("resources") or ())
    except BackendError as error:
        say(f"{error}.", "yellow")
        before = ""
    else:
        say(f"The present state of {count} resources is kept as {before}." if before else "There is no present state.")
    _import(target, store, export)
    say(f"{target.stack} has the state of {export.name} now. What does it lack?")
    return _proof(target, before)


def _import(target: Target, store: Store, export: exports.Export) -> None:
    """BackendError where the engine refuses; the state is then as it was."""
    if store.read(state_key(target.stack)) is None:
        provider = export.deployment.get("secrets_providers")
        kind = provider.get("state", {}).get("url", "passphrase") if isinstance(provider, dict) else "passphrase"
        program = bare_project(target.folder / "init")
        made = engine(target, "stack", "init", target.stack, "--secrets-provider", kind, program=program)
        if made.returncode:
            raise BackendError(f"the stack cannot be made: {one_line(made.stderr.strip())}")
    path = target.folder / "restoring.json"
    files.write(path, export.text)
    try:
        result = engine(target, "stack", "import", "--stack", target.stack, "--file", str(path))
    finally:
        path.unlink()
    if result.returncode:
        raise BackendError(
            f"{export.name}: the engine refuses it: {one_line(result.stderr.strip())}; the state is as it was"
        )


def _proof(target: Target, before: str) -> int:
    """A preview that changes nothing, or what it would change and what the account holds otherwise."""
    code, runs = operation(target, "preview")
    changes = [step for run in runs for step in run.steps if step.operation != "same"]
    if code == 0 and runs and not changes:
        say(f"It is whole: a preview would change none of its {runs[-1].counts().get('same', 0)} resources.", "green")
        return 0
    for run in runs:
        show(preview.terminal(run, changes=True))
    seen, read = operation(target, *REFRESH)
    if seen == 0 and read:
        differences = drift.read(read[-1], resources(target))
        show(drift.terminal(differences))
        say(f"Account: {drift.summary(differences)}.")
    back = f" `make restore STACK={target.stack} FROM={before}` takes the state before back." if before else ""
    say(
        "It is not whole: what is named above differs from the program, or from the account. No resource was changed; "
        f"what only the account holds is adopted with `pulumi import`.{back}",
        "yellow",
    )
    return code or 1
