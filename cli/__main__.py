"""``python -m cli COMMAND``: every way in. ``make COMMAND`` calls it; its variables arrive in the environment."""

import sys

from cli import signals

if __name__ == "__main__":
    signals.install()  # before imports that take seconds
    from cli.application import main

    sys.exit(main())
