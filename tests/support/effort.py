"""How much work a call is: as a ratio, because seconds say as much of the machine as of the code."""

import gc
import time
from collections.abc import Callable


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def effort(call: Callable[[], object]) -> float:
    """CPU time of a call in that of counting to a million and adding up, about a fifteenth of a second on a laptop."""
    collected = gc.isenabled()
    gc.disable()  # a collection would look through everything that all tests have imported
    try:
        return _seconds(call) / _seconds(lambda: sum(number * number for number in range(1_000_000)))
    finally:
        if collected:
            gc.enable()


MOMENT = 20
"""An effort after which a person begins to wait: about a second."""
