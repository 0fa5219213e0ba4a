"""A table between two markers of a document."""

import pytest

from lib.markers import Markers

MARKERS = Markers.of("roadmap", "python -m reports.roadmap_page")
BEGIN, END = MARKERS.begin, MARKERS.end


def test_only_the_part_between_the_markers_changes() -> None:
    """Text before and after stays; placing twice changes nothing."""
    once = MARKERS.place(f"# Title\n{BEGIN}\nold\n{END}\nafter\n", "README.md", "new")
    assert once == f"# Title\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert MARKERS.place(once, "README.md", "new") == once
    assert BEGIN == "<!-- roadmap:begin (written by python -m reports.roadmap_page) -->"


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}\n{BEGIN}\n", f"{BEGIN}{END}{BEGIN}{END}"])
def test_missing_or_repeated_markers_are_refused(text: str) -> None:
    """Nothing is guessed where the table's place is not clear; file and markers are named."""
    with pytest.raises(ValueError, match=r"README\.md: needs '<!-- roadmap:begin"):
        MARKERS.place(text, "README.md", "new")
