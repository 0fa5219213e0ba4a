"""What can be said of a history without a database: CI says it, and each run says it again before it connects."""

from collections.abc import Iterator

from migrations.runner.compatibility import Finding, Step, statements
from migrations.runner.deployed import deployed
from migrations.runner.errors import UsageError
from migrations.runner.history import History, Revision
from migrations.runner.schema import Schema
from migrations.runner.tables import Kind


def check(history: History) -> int:
    """How many steps there are; all of them may run.

    Raises:
        UsageError: every reason why one may not, a line each.

    """
    environments = deployed(history)
    schema, problems = Schema(), list[str]()
    for revision in history.revisions:
        try:
            findings = Step(schema=schema, transactional=revision.transactional).judge(
                revision.sql("upgrade"), revision.path.name
            )
            back = _taken_back(revision)
        except UsageError as error:
            problems.append(str(error))
            continue
        problems += [
            f"{revision.path.name}: {problem}" for problem in _problems(history, revision, findings, environments)
        ]
        problems += [f"{revision.path.name}: downgrade: {problem}" for problem in back]
    if problems:
        raise UsageError("\n".join(f"{history.database}: {problem}" for problem in problems))
    return len(history.revisions)


def _taken_back(revision: Revision) -> list[str]:
    """What is wrong with the way back: it may destroy, and be slow, but not do what is never a step's."""
    findings = Step(schema=Schema(), transactional=revision.transactional).judge(
        revision.sql("downgrade"), revision.path.name
    )
    return [f"{one.statement!r}: {one.why}" for one in findings if one.kind is Kind.FORBIDDEN]


def _problems(
    history: History, revision: Revision, findings: list[Finding], environments: dict[str, str]
) -> Iterator[str]:
    destructive = [one for one in findings if one.kind is Kind.DESTRUCTIVE]
    for one in findings:
        if one.kind is not Kind.DESTRUCTIVE:
            yield f"{one.statement!r}: {one.why}"
        elif revision.contracts is None:
            yield (
                f"{one.statement!r} is destructive: {one.why}; expand first, and once that is deployed everywhere, say "
                'contracts = "<the revision that expanded>" here'
            )
    if not revision.transactional and not statements(revision.sql("upgrade"), revision.path.name):
        yield "transactional = False without a statement"
    if revision.contracts is not None:
        yield from _marker(history, revision, environments, needed=bool(destructive))


def _marker(history: History, revision: Revision, environments: dict[str, str], *, needed: bool) -> Iterator[str]:
    said = f"contracts = {revision.contracts!r}"
    if not needed:
        yield f"{said}, but nothing in it is destructive: remove the marker"
    elif revision.contracts not in history or history.position(revision.contracts) >= history.position(revision.id):
        yield f"{said}: must be a step before this one"
    else:
        expand = history.position(revision.contracts)
        late = [f"{name} has {at}" for name, at in environments.items() if history.position(at) < expand]
        if late:
            yield f"{said} is not deployed everywhere: {', '.join(late)}; merge this step once they have it"
