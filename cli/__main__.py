"""``python -m cli COMMAND``: every way in. ``make COMMAND`` calls it; its variables arrive in the environment."""

import sys
from collections.abc import Sequence

import typer

from cli import registry
from cli.output import refuse
from lib.problems import FileError


def application(commands: Sequence[registry.Command]) -> typer.Typer:
    """The command line with these commands, each of which is imported."""
    made = typer.Typer(
        help="NationGraph's platform: deploy it, look at it, prove it.",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(lambda: None)  # without one, a single command would lose its name
    for command in commands:
        made.command(command.name, help=command.summary, rich_help_panel=command.group)(command.run)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, which alone is imported. A mistake or a refusal is one message and exit code 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    known = registry.commands()
    called = [command for command in known if words[:1] == [command.name]]
    try:
        return int(application(called or known)(words or ["--help"], prog_name="python -m cli", standalone_mode=False))
    except typer.TyperException as error:
        return refuse(f"{error.format_message().rstrip('.')}; python -m cli --help shows what there is")
    except (RuntimeError, FileError) as error:
        return refuse(str(error))


if __name__ == "__main__":
    sys.exit(main())
