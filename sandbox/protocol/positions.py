"""Where the program declares a resource: the frames of its own code, in place of the SDK's whole stack.

The SDK sends thirty frames with each resource, also its own and the interpreter's, and the engine keeps them in the
state, which it writes twice for each change: a third of the state, in which nobody reads them.
"""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

CONSTRUCTORS: Final = 3
"""Calls of ``__init__`` above the code that declares: the SDK's two, then that of the resource's own type."""


def of_program(directory: str) -> None:
    """From now on, resources that this process registers are told to be declared in ``directory`` alone."""
    resource._get_stack_trace = _trace(directory)  # noqa: SLF001 - the SDK has no setting for it


def _trace(directory: str) -> Callable[[], source_pb2.StackTrace]:
    inside = f"{Path(directory).resolve()}/"
    outside = (f"{Path(sys.prefix)}/", f"{Path(__file__).parent}/")  # a program may hold its virtual environment

    def trace() -> source_pb2.StackTrace:
        constructors, frames = 0, []
        for frame, line in traceback.walk_stack(sys._getframe(1)):  # noqa: SLF001 - what traceback itself calls
            path = frame.f_code.co_filename
            if constructors < CONSTRUCTORS:
                constructors += frame.f_code.co_name == "__init__"
            elif path.startswith(inside) and not path.startswith(outside):
                position = source_pb2.SourcePosition(uri=Path(path).as_uri(), line=line)
                frames.append(source_pb2.StackFrame(pc=position))
        return source_pb2.StackTrace(frames=frames)

    return trace
