"""SEC-03: what developers' commands get is data, and data that would steer programs is refused."""

from pathlib import Path

import pytest

from lib.problems import FileError
from models.command_environment import Variable, load_command_environment

GOOD = "variables:\n  ORDERS_KEY: {source: nationgraph/orders/api, key: key, environments: [sandbox, dev]}\n"


def load(folder: Path, text: str) -> tuple[Variable, ...]:
    """The file with this text."""
    path = folder / "command_environment.yaml"
    path.write_text(text, encoding="utf-8")
    return load_command_environment(path)


def test_the_companys_own_file_is_good() -> None:
    """What is committed loads, and gives the sandbox something to try."""
    assert any("sandbox" in variable.environments for variable in load_command_environment())


def test_a_good_file(tmp_path: Path) -> None:
    """A key of a secret, and a whole one."""
    (variable,) = load(tmp_path, GOOD)
    assert (variable.name, variable.source, variable.key) == ("ORDERS_KEY", "nationgraph/orders/api", "key")
    (variable,) = load(tmp_path, GOOD.replace("key: key, ", ""))
    assert variable.key is None


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("ORDERS_KEY", "orders_key", ":2: variables.orders_key"),
        ("nationgraph/orders/api", "orders/api", ":2: variables.ORDERS_KEY.source: 'orders/api'"),
        ("sandbox, dev", "production", "secrets of production stay where they run"),
        ("[sandbox, dev]", "[]", "list some of sandbox, dev, staging"),
        ("key: key", "kex: key", "variables.ORDERS_KEY.kex: is no key here; fix: did you mean key?"),
        ("variables:", "secrets:", "secrets: is no key of this file; fix: did you mean variables?"),
        ("{source", "{key: other, source", "the key is given twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(tmp_path: Path, before: str, after: str, says: str) -> None:
    """File, line, key, value, reason and fix."""
    with pytest.raises(FileError) as error:
        load(tmp_path, GOOD.replace(before, after))
    assert says in str(error.value)


@pytest.mark.parametrize(
    "name", ["PATH", "LD_PRELOAD", "PYTHONPATH", "AWS_ENDPOINT_URL", "HTTPS_PROXY", "NODE_OPTIONS"]
)
def test_no_secret_steers_a_program(tmp_path: Path, name: str) -> None:
    """Whoever can write a secret must not thereby run code on a developer's machine."""
    with pytest.raises(FileError, match="steers programs"):
        load(tmp_path, GOOD.replace("ORDERS_KEY", name))
