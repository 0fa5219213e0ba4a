"""What a function and everything around it is called: stated here, and derived wherever it is needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.shared.account import FUNCTION_PREFIX, FUNCTION_ROLE_PREFIX, WORKLOAD_PATH, Account
from components.shared.logs import key_statement

LONGEST: Final = 48
"""Characters of a name: with its prefix the role's stays within IAM's 64."""


@dataclass(frozen=True, kw_only=True)
class FunctionNames:
    """The names of one function, all known before anything exists: resource policies and alarms state them.

    The roles of the pipeline may deploy any function that is called so (``FUNCTION_NAMES``), and hand Lambda any role
    that is (``FUNCTION_ROLES``): a new function needs no new right of theirs.

    Raises ValueError for a ``name`` that is not 1 to 48 lower-case letters, digits and dashes.
    """

    account: Account
    name: str

    def __post_init__(self) -> None:
        if len(self.name) > LONGEST or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise ValueError(
                f"name: {self.name!r} is no name for a function; use at most {LONGEST} lower-case letters and digits, "
                f"with single dashes between them, and leave out {FUNCTION_PREFIX!r}, which is put before it"
            )

    @property
    def function(self) -> str:
        """The function itself."""
        return f"{FUNCTION_PREFIX}{self.name}"

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.account.arn("lambda", f"function:{self.function}")

    @property
    def role(self) -> str:
        """Its role, under ``WORKLOAD_PATH``."""
        return f"{FUNCTION_ROLE_PREFIX}{self.name}"

    @property
    def role_arn(self) -> str:
        """The ARN of its role."""
        return self.account.iam(f"role{WORKLOAD_PATH}{self.role}")

    @property
    def log_group(self) -> str:
        """Its log group, which Lambda derives from the function's name."""
        return f"/aws/lambda/{self.function}"

    def log_statement(self) -> Mapping[str, Any]:
        """What the policy of a key needs so that the log group can use it."""
        return key_statement(self.account, self.log_group)
