"""The command line: which command is called, and what a mistake or a refusal looks like."""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from cli import registry
from cli.output import refuse
from lib.problems import FileError

WAYS_OUT = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "; make room and run it again"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "; make it writable for you and run it again"),
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR, errno.EEXIST), "; move it away and run it again"),
}
"""What a person does about an error of the file system."""
LOOPBACK = "127.0.0.1,localhost,::1"


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
    for name in ("no_proxy", "NO_PROXY"):  # emulated accounts and plugins are on this machine
        os.environ[name] = ",".join(filter(None, [LOOPBACK, os.environ.get(name)]))
    own = str(Path(sys.executable).parent)  # as in an activated environment, its programs come first
    os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", os.defpath)])
    known = registry.commands()
    called = [command for command in known if words[:1] == [command.name]]
    try:
        return int(application(called or known)(words or ["--help"], prog_name="python -m cli", standalone_mode=False))
    except typer.TyperException as error:
        return refuse(f"{error.format_message().rstrip('.')}; python -m cli --help shows what there is")
    except (RuntimeError, FileError) as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(f"{error.filename or 'a file'}: {error.strerror or error}{WAYS_OUT.get(error.errno or 0, '')}")
