"""``python -m migrations COMMAND``."""

import sys

from migrations.runner.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
