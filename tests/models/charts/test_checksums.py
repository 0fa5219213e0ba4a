"""A released chart never changes: not a byte, not a file more, not a file less."""

from pathlib import Path

import pytest

from lib.problems import FileError
from models.charts import checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions, of which one is released."""
    for version in ("1.0.0", "1.1.0"):
        (tmp_path / version / "templates").mkdir(parents=True)
        (tmp_path / version / "Chart.yaml").write_text(f"name: service\nversion: {version}\n")
        (tmp_path / version / "templates" / "service.yaml").write_text("kind: Service\n")
    assert checksums.release("1.0.0", tmp_path) == 2
    return tmp_path


def said(folder: Path) -> list[str]:
    """What is wrong, without the folder's name."""
    return [str(problem).replace(f"{folder}/", "") for problem in checksums.problems(folder)]


def test_what_is_released_here_is_untouched() -> None:
    """The charts of this repository."""
    assert list(checksums.problems()) == []
    assert checksums.released() >= {"1.0.0"}


def test_each_change_of_a_released_folder_is_named(folder: Path) -> None:
    """Changed, added, gone, and a link in a file's place; a folder that is not released is free."""
    assert said(folder) == []
    (folder / "1.1.0" / "Chart.yaml").write_text("version: 1.1.0\n")
    assert said(folder) == []
    chart = folder / "1.0.0" / "Chart.yaml"
    chart.write_text(chart.read_text() + "\n")
    (folder / "1.0.0" / "templates" / "job.yaml").write_text("")
    (folder / "1.0.0" / "templates" / "service.yaml").unlink()
    (folder / "1.0.0" / "templates" / "service.yaml").symlink_to(folder / "1.1.0" / "templates" / "service.yaml")
    lines = said(folder)
    assert [line.split(", which is")[0] for line in lines] == [
        "1.0.0/Chart.yaml: was changed in version 1.0.0",
        "1.0.0/templates/job.yaml: was added to version 1.0.0",
        "1.0.0/templates/service.yaml: was changed in version 1.0.0",
    ]
    (folder / "1.0.0" / "templates" / "service.yaml").unlink()
    assert "1.0.0/templates/service.yaml: is gone from version 1.0.0" in said(folder)[-1]


def test_the_file_is_what_sha256sum_reads(folder: Path) -> None:
    """In the order of versions, so that a release adds lines and moves none."""
    before = (folder / checksums.SUMS).read_text()
    checksums.release("1.1.0", folder)
    after = (folder / checksums.SUMS).read_text()
    assert after.startswith(before)
    assert checksums.released(folder) == {"1.0.0", "1.1.0"}


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("1.0.0", "is released already"),
        ("one", "is no version"),
        ("1.2.0", "is not there"),
        ("../1.0.0", "is no version"),
    ],
)
def test_refused(folder: Path, version: str, says: str) -> None:
    """And nothing is written."""
    before = (folder / checksums.SUMS).read_text()
    with pytest.raises(ValueError, match=says):
        checksums.release(version, folder)
    assert (folder / checksums.SUMS).read_text() == before


def test_a_chart_of_another_version_or_with_a_link_is_not_released(folder: Path) -> None:
    """What the folder's name says is what Helm says."""
    chart = folder / "1.1.0" / "Chart.yaml"
    chart.write_text("version: 1.0.9\n")
    with pytest.raises(ValueError, match=r"no line `version: 1\.1\.0`"):
        checksums.release("1.1.0", folder)
    chart.write_text("version: 1.1.0\n")
    (folder / "1.1.0" / "values.yaml").symlink_to(chart)
    with pytest.raises(ValueError, match="symbolic link"):
        checksums.release("1.1.0", folder)


@pytest.mark.parametrize("line", ["abc", f"{'a' * 64}  1.0.0", f"{'a' * 64} 1.0.0/Chart.yaml"])
def test_a_line_that_is_no_sum_is_named(folder: Path, line: str) -> None:
    """So is a second line for one file."""
    path = folder / checksums.SUMS
    path.write_text(path.read_text() + line + "\n")
    assert said(folder) == [str(problem).replace(f"{folder}/", "") for problem in checksums.problems(folder)]
    assert said(folder)[0].startswith("checksums:3: ")
    with pytest.raises(FileError):
        checksums.listed(folder)
    first = path.read_text().splitlines()[0]
    path.write_text(f"{first}\n{first}\n")
    assert "is there twice" in said(folder)[0]
