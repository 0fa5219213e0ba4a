"""URNs, whose last part alone may hold their separator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import urn
from sandbox.protocol import urn as of_the_sandbox

NAMES = st.text(min_size=1)
WORDS = st.text(st.characters(blacklist_characters=":$"), min_size=1)
TYPES = st.lists(WORDS.map(lambda word: f"aws:{word}/x:X"), min_size=1, max_size=3)


@given(stack=WORDS, project=WORDS, types=TYPES, name=NAMES)
def test_parts_are_whole(stack: str, project: str, types: list[str], name: str) -> None:
    """Whatever the name holds; the sandbox, which may not know this project, reads them alike."""
    text = f"urn:pulumi:{stack}::{project}::{'$'.join(types)}::{name}"
    assert (urn.stack(text), urn.type_of(text), urn.name(text)) == (stack, types[-1], name)
    assert (of_the_sandbox.type_of(text), of_the_sandbox.name(text)) == (types[-1], name)


@given(st.text())
def test_any_text_has_a_name(text: str) -> None:
    """Text that is no URN is shown as it is."""
    assert text.endswith(urn.name(text))
    assert (urn.name(text), urn.type_of(text)) == (of_the_sandbox.name(text), of_the_sandbox.type_of(text))
    if text.count("::") < 3:
        assert (urn.name(text), urn.type_of(text), urn.stack(text)) == (text, "", "")


@pytest.mark.parametrize("name", ["audit::events", "::", "a::", "::a", "a$b", "a::b::c", "$", "a:b"])
def test_separators_in_names(name: str) -> None:
    """As a program may write them."""
    assert urn.name(f"urn:pulumi:dev::platform::nationgraph:a:A$aws:s3/bucket:Bucket::{name}") == name
