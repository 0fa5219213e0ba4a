"""stop every emulated account and cluster, and remove .sandbox/"""

import shutil
from contextlib import ExitStack

from cli import lock
from cli.account import stop
from cli.output import refuse
from cli.target import folder_of

GROUP = "Deploy"


def run() -> int:
    """The command. 2, and nothing is removed, where another command works on a stack."""
    folder = folder_of("sandbox").parent
    if folder.is_file():
        return refuse(f"{folder} is a file, none of the sandbox's; move it away yourself")
    with ExitStack() as stacks:
        for path in sorted(folder.glob("*.lock")):
            stacks.enter_context(lock.held(folder / path.stem, "clean"))
        for path in folder.glob("*/"):  # what runs is told by processes: a journal may be gone
            stop(path)
        shutil.rmtree(folder, ignore_errors=True)
    return 0
