"""``python -m sandbox.protocol.leash [-m MODULE | PATH] ...``: run a program that ends when its parent does.

A policy pack serves until it is told to stop. When the engine is killed, the language host leaves without telling it.
"""

import os
import runpy
import sys
import threading
import time

PARENT = os.getppid()
WATCH_SECONDS = 0.2


def _watch() -> None:
    while os.getppid() == PARENT:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def main() -> None:
    """Watch, and become the program."""
    threading.Thread(target=_watch, daemon=True).start()
    sys.argv = sys.argv[1:]
    if sys.argv[0] == "-m":
        sys.argv = sys.argv[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
