"""Whatever happens in whatever order: nothing reaches production that staging has not verified."""

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.promotion.decide import decide
from models.promotion.edit import changed
from models.promotion.freight import Freight, Key, Pipeline, load
from models.versions.model import Version
from tests.models.promotion.support.verdicts import NOW, verdicts
from tests.models.promotion.test_decide import REASONS
from tests.models.support.catalogs import DEV, PRODUCTION, STAGING, CatalogFolder
from tests.support.depth import examples

STAGES = ("dev", "staging", "production")
SERVICES = ("gateway", "orders", "pages")
CHARTS = ("1.0.0", "1.0.1", "1.1.0", "1.2.0", "2.0.0")
BAD = [REASONS[name][0] for name in ("out of sync", "degraded", "progressing", "failed sync", "too young")]
BURNING = {"slos": [{"name": "availability", "burnRate": 1.5}]}
"""Bad for a service that has this objective: all but pages."""


class World:
    """The files of the stages, what each ever ran, and what each has verified."""

    def __init__(self, pipeline: Pipeline, texts: dict[str, bytes]) -> None:
        self.pipeline, self.texts = pipeline, texts
        self.ran = {name: {self.key(name, service) for service in SERVICES} for name in STAGES}
        self.first = {name: frozenset(keys) for name, keys in self.ran.items()}
        self.verified: dict[str, set[Key]] = {name: set() for name in STAGES}
        self.moves = self.held = 0

    def key(self, stage: str, service: str) -> Key:
        """What a stage runs."""
        return self.pipeline.stage(stage).freight(service).key

    def write(self, stage: str, freights: list[Freight]) -> None:
        """Edit the stage's file, and see that nothing but the lines of these services changed."""
        before = self.texts[stage]
        after = changed(before, freights)
        pairs = list(zip(before.split(b"\n"), after.split(b"\n"), strict=True))
        differing = {number for number, (old, new) in enumerate(pairs) if old != new}
        assert len(differing) == len(freights)
        self.texts[stage] = after
        read = {raw["service"]: Version.model_validate(raw) for raw in yaml.safe_load(after)}
        stages = [dataclasses.replace(one, versions=read, file=None) if one.name == stage else one
                  for one in self.pipeline.stages]  # fmt: skip
        self.pipeline = dataclasses.replace(self.pipeline, stages=stages)
        for freight in freights:
            assert self.key(stage, freight.service) == freight.key
            self.ran[stage].add(freight.key)

    def release(self, service: str, chart: str, image: int, migrations: int) -> None:
        """Another line in dev, where the bound allows it; orders has migrations, which change by themselves too."""
        steps = f"sha256:{migrations:064x}" if service == "orders" else None
        freight = Freight(service=service, chart=chart, image=f"sha256:{image:064x}", migrations=steps)
        if self.pipeline.breach("dev", freight) is None and freight.key != self.key("dev", service):
            self.write("dev", [freight])

    def take_back(self, stage: str, service: str, index: int) -> None:
        """A rollback to something that the stage ran, where the bound allows it; no verdict is asked."""
        earlier = sorted(key for key in self.ran[stage] if key[0] == service)
        name, chart, image, steps = earlier[index % len(earlier)]
        freight = Freight(service=name, chart=chart, image=image, migrations=steps or None)
        if self.pipeline.breach(stage, freight) is None and freight.key != self.key(stage, service):
            self.write(stage, [freight])

    def promote(self, folder: Path, to: str, bad: dict[str, Any]) -> None:
        """With verdicts of the stage before, of which those in ``bad`` are bad."""
        source = STAGES[STAGES.index(to) - 1]
        bad = {service: how for service, how in bad.items() if service != "pages" or how is not BURNING}
        decision = decide(self.pipeline, verdicts(folder, self.pipeline, source, bad), to, NOW)
        self.verified[source] |= {self.key(source, service) for service in SERVICES if service not in bad}
        assert not {move.freight.service for move in decision.moves} & bad.keys()
        differ = {service for service in SERVICES if self.key(source, service) != self.key(to, service)}
        named = {held.freight.service for held in decision.held} | {move.freight.service for move in decision.moves}
        assert differ == named & set(SERVICES)
        self.moves, self.held = self.moves + len(decision.moves), self.held + len(differ) - len(decision.moves)
        if decision.moves:
            self.write(to, [move.freight for move in decision.moves])

    def holds(self) -> None:
        """What must be true after each step."""
        for before, after in pairwise(STAGES):
            for service in SERVICES:
                assert self.key(after, service) in self.verified[before] | self.first[after]
                here = self.pipeline.stage(after).versions[service]
                there = self.pipeline.stage(before).versions[service]
                assert self.pipeline.skew.breach(here, there, before) is None


BADLY = st.sampled_from([*BAD, BURNING])
STEPS = st.one_of(
    st.tuples(
        st.just("release"), st.sampled_from(SERVICES), st.sampled_from(CHARTS), st.integers(1, 4), st.integers(1, 3)
    ),
    st.tuples(st.just("promote"), st.sampled_from(STAGES[1:]), st.dictionaries(st.sampled_from(SERVICES), BADLY)),
    st.tuples(st.just("back"), st.sampled_from(STAGES), st.sampled_from(SERVICES), st.integers(0, 5)),
)
COUNTS = {"sequences": 0, "steps": 0, "moves": 0, "held": 0}


@pytest.fixture
def pipeline(folder: CatalogFolder) -> Pipeline:
    """Orders migrates a database."""
    folder.migrate()
    return load(folder.root / "charts", folder.root)


@given(steps=st.lists(STEPS, min_size=5, max_size=25))
@settings(
    max_examples=examples(400), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_no_sequence_brings_to_a_stage_what_the_one_before_has_not_verified(
    folder: CatalogFolder, pipeline: Pipeline, tmp_path: Path, steps: list[Any]
) -> None:
    """Releases, promotions with good and bad verdicts, rollbacks; each edit is one line a service."""
    texts = {name: folder.text(file).encode() for name, file in zip(STAGES, (DEV, STAGING, PRODUCTION), strict=True)}
    world = World(pipeline, texts)
    for kind, *rest in steps:
        if kind == "release":
            world.release(*rest)
        elif kind == "promote":
            world.promote(tmp_path, *rest)
        else:
            world.take_back(*rest)
        world.holds()
    for name, value in (("sequences", 1), ("steps", len(steps)), ("moves", world.moves), ("held", world.held)):
        COUNTS[name] += value


def test_sequences_did_something() -> None:
    """Else they would prove nothing."""
    print(" ".join(f"{name}={count}" for name, count in COUNTS.items()))
    assert not COUNTS["sequences"] or (COUNTS["moves"] and COUNTS["held"])
