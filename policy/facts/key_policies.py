"""Who may change a KMS key by its policy.

A key without anybody who may is lost: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html.
"""

from collections.abc import Iterator, Sequence

from policy.facts import iam
from policy.facts.policy_documents import limits

CHANGE = "kms:PutKeyPolicy"
PEOPLE = ("aws:multifactorauthpresent", "aws:multifactorauthage")


def _is_unconditional(statement: iam.Statement) -> bool:
    """True where what conditions remain only name who calls: a call by a service changes no policy."""
    return all(limits(line) or line.key in PEOPLE for line in statement.conditions)


def administrators(rows: Sequence[iam.Statement]) -> Iterator[tuple[iam.Statement, str]]:
    """Each statement that lets a principal of AWS change the key's policy, with that principal."""
    for row in rows:
        if row.allow and row.covers(CHANGE):
            yield from ((row, value) for kind, value in row.principals if kind in ("aws", "*"))


def _is_denied_to_all(row: iam.Statement) -> bool:
    return not row.allow and row.covers(CHANGE) and not row.conditions and iam.is_public(row)


def is_locked(rows: Sequence[iam.Statement]) -> bool:
    """True where nobody can change the key: no statement lets a principal of AWS, or a denial takes it from all."""
    denied = {
        value
        for row in rows
        if not row.allow and row.covers(CHANGE) and not row.conditions
        for _, value in row.principals
    }
    able = [value for row, value in administrators(rows) if _is_unconditional(row) and value not in denied]
    return not able or any(map(_is_denied_to_all, rows))


def foreign(rows: Sequence[iam.Statement], own: set[str]) -> Iterator[tuple[iam.Statement, str]]:
    """Administrators of other accounts. Where ``own`` is empty, the first that the policy names counts as own."""
    for row, principal in administrators(rows):
        account = iam.account_of(principal)
        if account is None:
            continue
        own = own or {account}
        if account not in own:
            yield row, principal
