"""``python -m migrations COMMAND``: one line for each error, and an exit code that says whether to try again."""

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from migrations.runner import history, new, settings
from migrations.runner.check import check
from migrations.runner.deployed import record
from migrations.runner.errors import MigrationError, UnreachableError
from migrations.runner.run import Runner


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    made = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True)
    for name, text in (
        ("check", "judge every step without a database"),
        ("new", "write the file of the next step"),
        ("status", "say what is deployed and what is missing"),
        ("upgrade", "run what is missing, then the roles' SQL"),
        ("downgrade", "take back the last step, unless data would be lost"),
        ("deployed", "write one line of deployed.yaml"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--root", type=Path, default=history.ROOT, help=argparse.SUPPRESS)
        if name == "new":
            command.add_argument("name", help="what the step does, in a few words")
        if name == "deployed":
            command.add_argument("environment")
            command.add_argument("revision")
        command.add_argument("--database", required=name != "check")
        if name in ("status", "upgrade", "downgrade"):
            command.add_argument("--socket", type=Path, help="the folder of a server of this machine: no TLS")
            for field, value in vars(settings.Limits()).items():
                kind = int if field == "attempts" else float
                command.add_argument(f"--{field.replace('_', '-')}", type=kind, default=value)
        if name == "upgrade":
            command.add_argument("--to", help="the last step to run; the head where left out")
        if name == "downgrade":
            command.add_argument("--discard-data", action="store_true", help="lose rows and values")
    return made


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the Job's log


def _runner(chosen: argparse.Namespace, environment: Mapping[str, str]) -> Runner:
    known = history.load(chosen.database, chosen.root)
    return Runner(
        history=known,
        place=settings.place(environment, chosen.socket),
        roles=settings.roles(environment, known.folder),
        limits=settings.Limits(**{field: getattr(chosen, field) for field in vars(settings.Limits())}),
        say=_say,
    )


def run(chosen: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Run one command; raises ``MigrationError``."""
    if chosen.command == "check":
        for name in [chosen.database] if chosen.database else history.databases(chosen.root):
            _say(f"{name}: {check(history.load(name, chosen.root))} steps may run")
    elif chosen.command == "new":
        _say(str(new.write(history.load(chosen.database, chosen.root), chosen.name)))
    elif chosen.command == "deployed":
        record(history.load(chosen.database, chosen.root), chosen.environment, chosen.revision)
    elif chosen.command == "status":
        current, pending = _runner(chosen, environment).status()
        _say(f"{chosen.database}: at {current}; missing: {', '.join(step.id for step in pending) or 'nothing'}")
    elif chosen.command == "upgrade":
        _runner(chosen, environment).upgrade(chosen.to)
    else:
        _runner(chosen, environment).downgrade(discard=chosen.discard_data)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM as Ctrl-C: the driver then cancels the statement instead of leaving it to the server."""
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Nothing that is printed holds a credential, a row or a traceback."""
    chosen = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    try:
        run(chosen, os.environ)
    except MigrationError as error:
        sys.stderr.write(f"{error}\n")
        return error.code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: the step that ran was rolled back; run it again\n")
        return UnreachableError.code
    except Exception as error:  # noqa: BLE001 - a traceback may show what stood in a variable
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "nowhere"
        sys.stderr.write(
            f"{type(error).__name__} at {place}: a fault of this program; the step that ran was rolled back\n"
        )
        return MigrationError.code
    return 0
