"""botocore's descriptions of AWS's services, each read once in a process.

botocore reads them anew for each session, and moto makes many: region by region, as ordered dictionaries, which take
twice the time. Nobody changes what was read, so that all may share it.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader


class Once(JSONFileLoader):  # type: ignore[misc]
    """Reads as botocore does, whole files once."""

    def load_file(self, file_path: str) -> Any:
        """The content of the description at a path without its ending; None where there is none."""
        return _content(file_path)


@cache
def _content(path: str) -> Any:
    for name, opened in ((f"{path}.json", open), (f"{path}.json.gz", gzip.open)):
        if Path(name).is_file():
            with opened(name, "rb") as file:
                return json.loads(file.read())
    return None


def read_once() -> None:
    """Let every session of this process read so."""
    Loader.FILE_LOADER_CLASS = Once
