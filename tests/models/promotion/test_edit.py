"""A promotion changes one line a service, and no other byte."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.promotion.edit import NotOneLineError, added, changed
from models.promotion.freight import Freight, Pipeline
from tests.models.support.catalogs import A, B
from tests.support.depth import examples

TEXT = f"""\
# A comment with {{service: web, chart: 9.9.9}}.
- {{service: auth, tier: core, namespace: platform, chart: 1.0.0, image: {A}}}  # chart: 1.0.0 is the first}}
- {{ service: "web", tier: core, namespace: platform, chart: '1.0.0-rc.1', image: "{A}" }}\r
- {{service: web-api, tier: core, namespace: platform, chart: 1.0.0, image: {A}}}
""".encode()


def test_one_line_changes_and_what_surrounds_it_stays() -> None:
    """Comments, quotes, blanks and the carriage return."""
    after = changed(TEXT, [Freight(service="web", chart="1.1.0", image=B)])
    assert after == TEXT.replace(b"'1.0.0-rc.1'", b"'1.1.0'").replace(f'"{A}"'.encode(), f'"{B}"'.encode())
    after = changed(TEXT, [Freight(service="auth", chart="1.1.0", image=A)])
    assert after == TEXT.replace(b"chart: 1.0.0, image", b"chart: 1.1.0, image", 1)


def test_migrations_come_change_and_go_with_their_line() -> None:
    """Behind the image, in the way in which the line is written."""
    old, new = (
        Freight(service="web", chart="1.1.0", image=B, migrations=A),
        Freight(service="web", chart="1.1.0", image=B),
    )
    without = changed(TEXT, [new])
    given = changed(TEXT, [old])
    assert given == without.replace(f'"{B}" }}'.encode(), f'"{B}", migrations: {A}}}'.encode())
    assert changed(given, [replace(old, migrations=B)]) == given.replace(
        f"migrations: {A}".encode(), f"migrations: {B}".encode()
    )
    quoted = given.replace(f"migrations: {A}".encode(), f"migrations:  '{A}'".encode())
    assert changed(quoted, [replace(old, migrations=B)]) == quoted.replace(f"'{A}'".encode(), f"'{B}'".encode())
    for text in (given, quoted):
        assert changed(text, [new]) == without.replace(f'"{B}" }}'.encode(), f'"{B}"}}'.encode())
    twice = given.replace(b"migrations:", f"migrations: {A}, migrations:".encode())
    with pytest.raises(NotOneLineError, match="the line of web cannot be changed"):
        changed(twice, [old])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT.replace(b"web-api", b"auth"), "auth has 2 lines"),
        (TEXT.replace(b": auth", b": other"), "auth has 0 lines"),
        (TEXT.replace(b"chart: 1.0.0, image", b"image", 1), "the line of auth cannot be changed"),
        (TEXT.replace(b"image: sha256", b"image: sha512", 1), "the line of auth cannot be changed"),
    ],
)
def test_what_is_not_one_line_is_refused(text: bytes, why: str) -> None:
    """Rather than guessed."""
    with pytest.raises(NotOneLineError, match=why):
        changed(text, [Freight(service="auth", chart="1.1.0", image=B)])


def test_a_new_service_gets_a_line_in_its_order(pipeline: Pipeline) -> None:
    """At the end too, with and without a last newline."""
    trial = pipeline.services["trial"]
    freight = pipeline.stage("dev").freight("trial")
    line = f"- {{service: trial, tier: experimental, namespace: shop, chart: 1.1.0, image: {B}}}\n".encode()
    assert added(TEXT, freight, trial) == TEXT.replace(b'- { service: "web"', line + b'- { service: "web"')
    first = TEXT.split(b"- {")[0]
    assert added(first, freight, trial) == first + line
    assert added(first.rstrip(b"\n"), freight, trial) == first + line.rstrip(b"\n")
    with pytest.raises(NotOneLineError, match="has a line already"):
        added(added(TEXT, freight, trial), freight, trial)


CHARTS = st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}(-rc\.[0-9])?", fullmatch=True)
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
NAMES = st.from_regex(re.compile(r"[a-z][a-z0-9]{1,5}(-[a-z]{1,4})?"), fullmatch=True)
COMMENTS = st.text(st.characters(blacklist_characters="\n\r", blacklist_categories=("Cs",)), max_size=20)


@given(
    names=st.lists(NAMES, min_size=1, max_size=6, unique=True).map(sorted),
    charts=st.lists(CHARTS, min_size=6, max_size=6),
    comments=st.lists(COMMENTS, min_size=6, max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
    data=st.data(),
)
@settings(max_examples=examples(100), deadline=None)
def test_of_any_file_exactly_the_named_lines_change(
    names: Sequence[str], charts: Sequence[str], comments: Sequence[str], end: str, data: st.DataObject
) -> None:
    """And they change back to what they were."""
    lines = [
        f"- {{service: {name}, tier: core, namespace: x, chart: {chart}, image: {A}}}{comment and ' # ' + comment}{end}"
        for name, chart, comment in zip(names, charts, comments, strict=False)
    ]
    before = f"# {comments[0]}{end}{''.join(lines)}".encode()
    picked = data.draw(st.lists(st.sampled_from(names), unique=True))
    there = [Freight(service=name, chart=data.draw(CHARTS), image=data.draw(DIGESTS)) for name in picked]
    after = changed(before, there)
    pairs = list(zip(before.split(b"\n"), after.split(b"\n"), strict=True))
    assert {number for number, (old, new) in enumerate(pairs) if old != new} <= {names.index(n) + 1 for n in picked}
    new_lines = [new for _, new in pairs]
    for freight in there:
        assert (
            f"chart: {freight.chart}, image: {freight.image}}}".encode() in new_lines[names.index(freight.service) + 1]
        )
    back = [Freight(service=name, chart=charts[names.index(name)], image=A) for name in picked]
    assert changed(after, back) == before
