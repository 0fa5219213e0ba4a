"""Documents lead somewhere, cover what they must, and say nothing of the machine they were written on."""

import re
import subprocess
from pathlib import Path

import pytest

from components.database.alarms import TABLE

ROOT = Path(__file__).parents[1]
TRACKED = [
    Path(name)
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
MARKDOWN = [path for path in TRACKED if path.suffix == ".md"]

MACHINE = re.compile(r"/(?:work/(?:main|shared|\.\w)|Users/\w|home/\w|root/\w|private/var/|opt/wheels)|[A-Z]:\\Users")


def read(path: Path) -> str:
    """The text of a tracked file; bytes that are not UTF-8 become marks."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_links_lead_to_files_and_headings(path: Path) -> None:
    """A relative link to a file or heading that is not there fails; what is quoted belongs to another file."""
    dead = []
    text = re.sub(r"^```.*?^```$|``.+?``", "", read(path), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        target = (ROOT / path.parent / file).resolve() if file else ROOT / path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            dead.append(link)
    assert dead == []


def test_every_database_alarm_has_a_runbook() -> None:
    """The index of runbooks names each alarm of the component, and no alarm that is gone."""
    rows = re.findall(
        r"^\| (.+<database>-alarm-.+) \| \[.+\]\(.+\.md\) \|$", read(Path("docs/runbooks/README.md")), re.MULTILINE
    )
    assert set(re.findall(r"<database>-alarm-([a-z-]+)", " ".join(rows))) == set(TABLE.rows)


@pytest.mark.parametrize("path", sorted((ROOT / "docs/runbooks").glob("[a-z]*.md")), ids=lambda path: path.stem)
def test_a_runbook_has_the_four_parts(path: Path) -> None:
    """Symptom, first look, commands, escalation: in this order, for a reader at night."""
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Symptom", "First look", "Commands", "Escalation"]


def test_the_index_of_decisions_is_complete() -> None:
    """Each record is one row with its number and title, and the numbers have no gap."""
    records = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    index = read(Path("docs/adr/README.md"))
    titles = [record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for record in records]
    rows = [f"| [{int(record.name[:4])}]({record.name}) | {title.split('. ', 1)[1]} |" for record, title in
            zip(records, titles, strict=True)]  # fmt: skip
    assert [row for row in rows if row not in index.splitlines()] == []
    assert [title.split(".")[0] for title in titles] == [str(number) for number in range(1, len(records) + 1)]


@pytest.mark.parametrize("record", sorted((ROOT / "docs/adr").glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_a_decision_has_status_and_date(record: Path) -> None:
    """Below its title, so that a reader knows whether it holds, and since when."""
    status = record.read_text(encoding="utf-8").splitlines()[2]
    assert re.match(r"(Accepted|Superseded) on \d{4}-\d{2}-\d{2}\.", status), status


def test_the_layout_names_every_folder() -> None:
    """A newcomer finds each folder of the tree in the table, and none that is gone."""
    _, _, table = read(Path("onboarding.md")).partition("| Folder | Holds |")
    named = re.findall(r"^\| `([a-z]+)/` \|", table, re.MULTILINE)
    folders = {path.parts[0] for path in TRACKED if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert sorted(named) == sorted(folders)


def test_the_picture_names_what_is_there() -> None:
    """README's picture lists the capabilities of ``components``, and its layers are files."""
    (picture,) = re.findall(r"```text\n(.+?)```", read(Path("README.md")), re.DOTALL)
    (components,) = re.findall(r"^ components/ (.+?)  +components$", picture, re.MULTILINE)
    folders = {path.parts[1] for path in TRACKED if path.parts[0] == "components" and len(path.parts) > 2}
    assert set(components.split()) == folders - {"shared"}
    (layers,) = re.findall(r"layers/ (.+?)  +layers$", picture, re.MULTILINE)
    assert [name for name in re.findall(r"[a-z]+", layers) if not (ROOT / "layers" / f"{name}.py").is_file()] == []


def test_no_tracked_file_holds_a_path_of_a_machine() -> None:
    """Paths of a user's or a builder's disk are of no use to anybody else."""
    found = [f"{path}: {match[0]}" for path in TRACKED for match in MACHINE.finditer(read(path))]
    assert found == []


def test_dependencies_come_from_public_registries() -> None:
    """The lock names no host but PyPI's two, so that a clone anywhere can install it."""
    hosts = set(re.findall(r"https?://([^/\"]+)", read(Path("uv.lock"))))
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}
