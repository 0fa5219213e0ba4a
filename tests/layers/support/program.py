"""The program itself, ``__main__.py``, as a stack of the repository runs it, under mocks."""

import runpy
from pathlib import Path
from typing import Any
from unittest import mock

from stacks.files import FOLDER
from stacks.settings import load_file
from tests.conftest import Deploy, Deployment

ROOT = Path(__file__).resolve().parents[3]


def platform(deploy: Deploy, stack: str, *, preview: bool = False) -> Deployment:
    """Everything that the stack registers; the result holds its exports by name."""
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")
    exports: dict[str, Any] = {}

    def program() -> dict[str, Any]:
        with (
            mock.patch("stacks.settings.current", return_value=settings),
            mock.patch("pulumi.export", exports.__setitem__),
        ):
            runpy.run_path(str(ROOT / "__main__.py"))
        return exports

    return deploy(program, stack=stack, preview=preview)
