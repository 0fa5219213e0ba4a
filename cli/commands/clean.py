"""stop every emulated account and remove .sandbox/"""

import shutil

from cli.account import stop
from cli.target import folder_of

GROUP = "Deploy"


def run() -> int:
    """The command."""
    folder = folder_of("sandbox").parent
    for path in folder.glob("*/account.pid"):
        stop(path.parent)
    shutil.rmtree(folder, ignore_errors=True)
    return 0
