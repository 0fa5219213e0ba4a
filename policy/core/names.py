"""A policy's name, and the file and module of the rule that it names. Nothing of the SDK, which is slow to import."""


def name_of(module: str) -> str:
    """The policy's name of a rule's module: ``policy.rules.sec_06.private_database`` is ``sec-06-private-database``."""
    return "-".join(module.split(".")[2:]).replace("_", "-")


def path_of(policy: str) -> str:
    """The file of a policy below the repository: ``policy/rules/sec_06/private_database.py``."""
    clause, number, *rest = policy.split("-")
    return f"policy/rules/{clause}_{number}/{'_'.join(rest)}.py"


def module_of(policy: str) -> str:
    """The module of a policy: ``policy.rules.sec_06.private_database``."""
    clause, number, *rest = policy.split("-")
    return f"policy.rules.{clause}_{number}.{'_'.join(rest)}"
