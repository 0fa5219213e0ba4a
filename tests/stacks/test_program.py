"""Settings inside the program: what the engine passes is checked as the file is."""

import json
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as engine_config

from stacks.files import FOLDER, read
from stacks.settings import current, load_file
from tests.conftest import Deploy

P = "nationgraph-platform"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pass settings as a language host does: by call or by environment."""
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    tokens = engine_config.CONFIG.set({}), engine_config._SECRET_KEYS.set(set())

    def give(config: dict[str, str], secret_keys: list[str], *, by_environment: bool) -> None:
        if by_environment:
            monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
            monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(secret_keys))
        else:
            engine_config.set_all_config(config, secret_keys)

    yield give
    engine_config.CONFIG.reset(tokens[0])
    engine_config._SECRET_KEYS.reset(tokens[1])


@pytest.mark.parametrize("by_environment", [True, False])
def test_program_sees_what_the_file_says(engine: Any, deploy: Deploy, *, by_environment: bool) -> None:
    """What the engine passes gives the same settings as the file itself."""
    engine(dict(read(FOLDER / "Pulumi.production.yaml").config), [], by_environment=by_environment)
    assert deploy(current, stack="production").result == load_file(FOLDER / "Pulumi.production.yaml")


@pytest.mark.parametrize("by_environment", [True, False])
def test_program_stops_before_any_resource(engine: Any, deploy: Deploy, *, by_environment: bool) -> None:
    """Wrong settings raise an error that the engine prints as it stands; encrypted values stay out of it.

    A value that is not the file's is not given the file's line.
    """
    config = dict(read(FOLDER / "Pulumi.dev.yaml").config) | {f"{P}:cidr": "10.3.0.0/16", f"{P}:owner": "hunter2"}
    engine(config, [f"{P}:owner"], by_environment=by_environment)
    with pytest.raises(pulumi.RunError) as caught:
        deploy(current, stack="dev")
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{P}:cidr: '10.3.0.0/16': overlaps 10.3.0.0/16 of production")
    assert second.startswith(f"{P}:owner: is encrypted")
    assert "hunter2" not in str(caught.value)


def test_program_names_the_line_of_a_value_from_the_file(
    engine: Any, deploy: Deploy, stacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the engine's value is the one in the stack file, the error is the one that the file's own check gives."""
    monkeypatch.setattr("stacks.settings.FOLDER", stacks.folder)
    stacks.set("dev", f"{P}:cidr", "10.3.0.0/16")
    stacks.set("dev", f"{P}:zones", "[eu-central-1a]")
    stacks.set("dev", f"{P}:owner", "{secure: v1:abc}")
    stacks.set("dev", f"{P}:costCentre", None)
    config = dict(read(stacks.path("dev")).config) | {f"{P}:owner": "hunter2"}
    engine(config, [f"{P}:owner"], by_environment=False)
    with pytest.raises(pulumi.RunError) as caught:
        deploy(current, stack="dev")
    assert str(caught.value).replace(f"{stacks.folder}/", "").splitlines() == stacks.problems("dev")
