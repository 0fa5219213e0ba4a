"""Tables of the tree, read as they are."""

from pathlib import Path

import pytest
import yaml

from lib.tables import table


def test_a_table_is_read_as_it_is(tmp_path: Path) -> None:
    """In UTF-8, whatever the machine's own encoding; what is no YAML raises."""
    file = tmp_path / "table.yaml"
    file.write_bytes("a: [1, ö]\n".encode())
    assert table(file) == {"a": [1, "ö"]}
    file.write_text("a: [")
    with pytest.raises(yaml.YAMLError):
        table(file)
