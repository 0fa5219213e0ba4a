"""A patch is read as whatever it may become, or it is said why it cannot be."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.facts.template_patch import read
from tests.support.depth import examples

FRAGMENTS = (
    "spec: ", "a: ", "{", "}", "[", "]", ", ", "\n", "  ", "- ", "# ", "x", '"', "'", "&a ", "*a", "!!binary ", "? ",
    "\t", "{{", "}}", '{{if hasKey . "a"}}', '{{- if hasKey . "b" -}}', "{{else}}", "{{- end}}", "{{.a | toJson}}",
    "{{.a}}", "\x00",
)  # fmt: skip


@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=25) | st.lists(st.text(max_size=3), max_size=8))
@settings(max_examples=examples(400), deadline=None)
def test_no_text_raises_and_what_cannot_be_known_is_said(parts: list[str]) -> None:
    """There are bodies, or a reason; every value of a body has a path."""
    patch = read("".join(parts))
    assert bool(patch.bodies) != bool(patch.unreadable)
    assert bool(patch.paths) == any(patch.bodies)


def test_each_combination_of_keys_is_a_body() -> None:
    """In the order of how many keys there are."""
    text = 'a: 1\n{{- if hasKey . "k"}}\nb: {{.k | toJson}}\n{{- else}}\nc: 2\n{{- end}}'
    mark = "a value of the generator, by toJson"
    assert list(map(dict, read(text).bodies)) == [{"a": 1, "c": 2}, {"a": 1, "b": mark}]
    assert read(text).paths == {("a",), ("b",), ("c",)}
