"""release VERSION of the golden chart: its sums are entered, and its folder never changes again"""

from typing import Annotated

import typer

from cli.output import refuse, say
from lib.problems import FileError
from models.charts import checksums

GROUP = "Catalog"
Version = Annotated[str, typer.Option("--version", envvar="VERSION", help="The version: a folder of charts/service.")]


def run(version: Version = "") -> int:
    """Enter the sums; 2, and nothing is written, where the version cannot be released."""
    if not version:
        return refuse(f"VERSION not given; write {checksums.COMMAND}")
    try:
        count = checksums.release(version)
    except (FileError, ValueError) as error:
        return refuse(f"release-chart: {error}")
    say(f"released {version}: {count} files, in charts/service/{checksums.SUMS}")
    return 0
