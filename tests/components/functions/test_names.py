"""A function's names fit the patterns that the pipeline may deploy, whatever the function is for."""

from fnmatch import fnmatchcase

import pytest

from components.functions.names import LONGEST, FunctionNames
from components.shared.account import FUNCTION_NAMES, FUNCTION_ROLES, Account
from tests.conftest import ACCOUNT, REGION

HERE = Account(id=ACCOUNT, region=REGION)
NAMES = ("secret-watch", "rotate-core-database", "status-sync", "a", "x" * LONGEST)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_those_that_policies_speak_of(name: str) -> None:
    """Function and role match the patterns of the boundary and of the pipeline, and AWS's limit of 64 characters."""
    names = FunctionNames(account=HERE, name=name)
    assert fnmatchcase(names.function, FUNCTION_NAMES)
    assert names.role_arn.endswith(names.role)
    assert fnmatchcase(names.role_arn, HERE.iam(f"role{FUNCTION_ROLES}"))
    assert len(names.function) <= 64 >= len(names.role)
    assert names.log_group.removeprefix("/aws/lambda/") == names.function
    assert names.arn == HERE.arn("lambda", f"function:{names.function}")


@pytest.mark.parametrize("name", ["", "Watch", "secret_watch", "-x", "x-", "a--b", "x" * (LONGEST + 1), "a\n"])
def test_other_names_are_refused(name: str) -> None:
    """Before any resource exists, with the rule."""
    with pytest.raises(ValueError, match=r"is no name for a function; use at most 48 lower-case letters"):
        FunctionNames(account=HERE, name=name)
