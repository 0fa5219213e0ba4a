"""Manifests become resources; what is no manifest gives one clear error."""

from pathlib import Path

import pytest

from lib.problems import FileError
from policy.facts import manifests

TWO = """---
apiVersion: v1
kind: Namespace
metadata: {name: payments}
---
---
apiVersion: apps/v1
kind: Deployment
"""


def write(folder: Path, text: str | bytes, name: str = "all.yaml") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_documents_are_resources_with_their_place(tmp_path: Path) -> None:
    """Type, name, URN, file, document and line; an empty document holds nothing."""
    first, second = manifests.load([write(tmp_path, TWO)], "charts-dev")
    assert first.resource.resource_type == "kubernetes:core/v1:Namespace"
    assert first.resource.urn == "urn:pulumi:charts-dev::manifests::kubernetes:core/v1:Namespace::payments"
    assert (first.document, first.line) == (1, 2)
    assert (second.document, second.line, second.resource.name) == (3, 7, "deployment")
    assert second.place.endswith("all.yaml:7 (document 3)")


def test_a_list_is_its_items_and_dates_are_text(tmp_path: Path) -> None:
    """As Kubernetes reads it: JSON has no dates."""
    text = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, data: {day: 2026-01-01}}]\n"
    (only,) = manifests.load([write(tmp_path, text)], "dev")
    assert only.resource.props["data"]["day"] == "2026-01-01"


def test_a_folder_is_all_its_manifests(tmp_path: Path) -> None:
    """In order, and nothing else that lies there."""
    (tmp_path / "sub").mkdir()
    paths = [write(tmp_path, TWO, name) for name in ("b.yaml", "sub/a.yml", "c.json", "NOTES.txt")]
    assert manifests.files(tmp_path) == sorted(paths[:3])
    assert manifests.files(paths[3]) == [paths[3]]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: [1\nb: 2\n", 2, "is not YAML"),
        ("a: 1\n--- \n\tb\n", 3, "is not YAML"),
        ("a: &x 1\nb: *x\n", 2, "has an alias"),
        ("[" * 200 + "]" * 200, 1, "is nested deeper"),
        ("[" * 20_000, 1, "is nested deeper"),
        ("apiVersion: v1\nkind: Pod\n---\nkind: Pod\n", 4, "is no Kubernetes object"),
        ("just text\n", 1, "is no Kubernetes object"),
        ("apiVersion: 1\nkind: [x]\n", 1, "is no Kubernetes object"),
        ("a: !!python/object:os.system x\n", 1, "has a value"),
        (b"a: 1\nb: \xff\n", 2, "is not UTF-8"),
    ],
)
def test_what_is_no_manifest_is_one_error(tmp_path: Path, text: str | bytes, line: int, why: str) -> None:
    """With file, line, reason and fix."""
    path = write(tmp_path, text)
    with pytest.raises(FileError) as caught:
        manifests.load([path], "dev")
    assert str(caught.value).startswith(f"{path}:{line}: {why}")
    assert "; fix: " in str(caught.value)


def test_all_files_are_read_before_any_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All problems at once; a file that is not there or too large, and an empty folder, are problems too."""
    broken = [write(tmp_path, "a: [", "1.yaml"), tmp_path / "2.yaml", write(tmp_path, TWO, "3.yaml")]
    monkeypatch.setattr(manifests, "LARGEST", 30)
    with pytest.raises(FileError) as caught:
        manifests.load(broken, "dev")
    assert ["not YAML" in str(caught.value), "cannot be read" in str(caught.value), "larger" in str(caught.value)] == [
        True
    ] * 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match="holds no manifest"):
        manifests.files(tmp_path / "empty")
