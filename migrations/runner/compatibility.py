"""Whether a step takes anything from the code that runs beside it, decided on its SQL by PostgreSQL's own parser.

What is not known to be harmless counts as destructive: a statement of a kind that nobody thought of needs the marker.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pglast import ast, parse_sql
from pglast.enums import NullTestType, OnConflictAction
from pglast.error import Error
from pglast.visitors import Visitor

from migrations.runner import tables
from migrations.runner.errors import UsageError
from migrations.runner.schema import Schema, dropped, table
from migrations.runner.tables import Found, Kind


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One statement, what is wrong with it, and the way out."""

    kind: Kind
    statement: str
    why: str


HARMLESS: Final = (
    ast.CreateStmt, ast.ViewStmt, ast.CreateSeqStmt, ast.CreateEnumStmt, ast.CreateDomainStmt, ast.CompositeTypeStmt,
    ast.CreateFunctionStmt, ast.CreateTrigStmt, ast.CommentStmt, ast.CreateStatsStmt,
)  # fmt: skip
RIGHTS: Final = (
    ast.GrantStmt, ast.GrantRoleStmt, ast.AlterDefaultPrivilegesStmt, ast.AlterOwnerStmt, ast.CreateRoleStmt,
    ast.AlterRoleStmt, ast.AlterRoleSetStmt, ast.DropRoleStmt, ast.DropOwnedStmt, ast.ReassignOwnedStmt,
    ast.CreatePolicyStmt, ast.AlterPolicyStmt,
)  # fmt: skip
OUTSIDE: Final = (
    ast.CreateExtensionStmt, ast.AlterExtensionStmt, ast.CreateSchemaStmt, ast.AlterSystemStmt, ast.AlterDatabaseStmt,
    ast.CreatedbStmt, ast.DropdbStmt, ast.CreatePublicationStmt, ast.CreateSubscriptionStmt, ast.CreateEventTrigStmt,
    ast.RuleStmt, ast.LoadStmt, ast.CreatePLangStmt, ast.CreateTableSpaceStmt,
)  # fmt: skip
ALONE: Final = (
    "only CREATE INDEX CONCURRENTLY IF NOT EXISTS with a name, and DROP INDEX CONCURRENTLY IF EXISTS, can be run "
    "again: put the rest into a step with a transaction"
)
APART: Final = "CONCURRENTLY runs in no transaction: put it into a step with transactional = False"
SETTINGS: Final = ("lock_timeout", "statement_timeout")


def statements(sql: str, name: str) -> list[tuple[str, Any]]:
    """Each statement with its tree; ``UsageError`` where PostgreSQL would not take it."""
    try:
        parsed = parse_sql(sql)
    except Error as error:
        raise UsageError(f"{name}: PostgreSQL's parser refuses its SQL: {' '.join(str(error).split())}") from None
    found = []
    for raw in parsed:
        start = raw.stmt_location
        text = sql[start : start + raw.stmt_len] if raw.stmt_len else sql[start:]
        found.append((" ".join(text.split()), raw.stmt))
    return found


class _Writes(Visitor):  # type: ignore[misc]
    """Statements that write, wherever they stand: a WITH may hold one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Any] = []

    def visit_DeleteStmt(self, _: Any, node: Any) -> None:  # noqa: N802 - named after the node
        self.found.append(node)

    visit_UpdateStmt = visit_MergeStmt = visit_DeleteStmt  # noqa: N815


@dataclass
class Step:
    """The statements of one step, judged one after the other; ``schema`` is what the steps before it made."""

    schema: Schema
    transactional: bool = True
    made: set[str] = field(default_factory=set)

    def judge(self, sql: str, name: str) -> list[Finding]:
        """Every finding; the schema is then what this step leaves. ``UsageError`` where the SQL is none."""
        findings = []
        for text, tree in statements(sql, name):
            shown = text if len(text) <= 100 else text[:97] + "..."
            judged = self._judge(tree) if self.transactional else self._alone(tree)
            findings += [Finding(kind=kind, statement=shown, why=why) for kind, why in judged]
            if isinstance(tree, ast.CreateStmt):
                self.made.add(table(tree.relation))
            self.schema.follow(tree)
        return findings

    def _judge(self, tree: Any) -> Found:
        """A statement inside of the step's transaction."""
        yield from _foreign(tree)
        if rule := _RULES.get(type(tree)):
            yield from rule(tree, self)
        elif not isinstance(tree, (*HARMLESS, *RIGHTS, *OUTSIDE)):
            yield Kind.DESTRUCTIVE, "may take away what runs or is stored"

    def _alone(self, tree: Any) -> Found:
        """A statement outside of a transaction: it must be possible to run it again, wherever it was cut short."""
        yield from _foreign(tree)
        match tree:
            case ast.IndexStmt(concurrent=True) if tree.idxname and tree.if_not_exists:
                pass
            case ast.DropStmt(concurrent=True, missing_ok=True):
                yield Kind.DESTRUCTIVE, f"drops {', '.join(dropped(name) for name in tree.objects)}"
            case _:
                yield Kind.FORBIDDEN, ALONE


def _foreign(tree: Any) -> Found:
    """What belongs to the access model, to the bootstrap, or to another schema."""
    if isinstance(tree, RIGHTS):
        yield Kind.FORBIDDEN, "rights, owners and roles come from the access model"
    if isinstance(tree, OUTSIDE):
        yield Kind.FORBIDDEN, "is the bootstrap's: it needs rights that a step does not have"
    relation: Any = getattr(tree, "relation", None) or getattr(tree, "view", None)
    if getattr(relation, "schemaname", None) not in (None, "public"):
        yield Kind.FORBIDDEN, f"schema {relation.schemaname}: roles have rights in public alone"


def _fills(tree: Any) -> bool:
    """Whether an UPDATE sets only columns of which its WHERE demands that they are NULL: it overwrites nothing."""
    test = tree.whereClause
    demands = test.args if isinstance(test, ast.BoolExpr) and test.boolop.name == "AND_EXPR" else (test,)
    empty = {
        demand.arg.fields[-1].sval
        for demand in demands
        if isinstance(demand, ast.NullTest) and demand.nulltesttype == NullTestType.IS_NULL
        and isinstance(demand.arg, ast.ColumnRef)
    }  # fmt: skip
    return tree.withClause is None and {target.name for target in tree.targetList} <= empty


def _index(tree: Any, step: Step) -> Found:
    if tree.concurrent:
        yield Kind.FORBIDDEN, APART
    elif table(tree.relation) not in step.made:
        yield Kind.BLOCKS, "locks writes while it builds: CONCURRENTLY IF NOT EXISTS, in a step of its own"


def _drop(tree: Any, step: Step) -> Found:
    if tree.concurrent:
        yield Kind.FORBIDDEN, APART
    elif not {dropped(name) for name in tree.objects} <= step.made:
        yield Kind.DESTRUCTIVE, f"drops {', '.join(dropped(name) for name in tree.objects)}"


def _alter(tree: Any, step: Step) -> Found:
    for command in tree.cmds:
        for kind, why in tables.judge(command, table(tree.relation), step.schema):
            if kind is Kind.FORBIDDEN or table(tree.relation) not in step.made:
                yield kind, why


def _rename(tree: Any, step: Step) -> Found:
    if tree.relation is None or table(tree.relation) not in step.made:
        yield Kind.DESTRUCTIVE, f"renames to {tree.newname}: code that runs knows the old name"


def _value(tree: Any, _: Step) -> Found:
    if tree.oldVal:
        yield Kind.DESTRUCTIVE, f"renames the value {tree.oldVal}"


def _insert(tree: Any, _: Step) -> Found:
    writes = _Writes()
    writes(tree)
    if writes.found:
        yield Kind.DESTRUCTIVE, "changes or deletes rows"
    conflict = getattr(tree, "onConflictClause", None)
    if conflict is not None and conflict.action == OnConflictAction.ONCONFLICT_UPDATE:
        yield Kind.DESTRUCTIVE, "overwrites rows that are there"


def _update(tree: Any, step: Step) -> Found:
    if table(tree.relation) not in step.made and not _fills(tree):
        why = "overwrites values; to fill what is NULL, set columns of which WHERE says IS NULL"
        yield Kind.DESTRUCTIVE, why


def _set(tree: Any, _: Step) -> Found:
    if not (isinstance(tree, ast.VariableSetStmt) and tree.is_local and tree.name in SETTINGS):
        yield Kind.FORBIDDEN, "transaction, role and settings are the runner's (SET LOCAL lock_timeout may be set)"


def _opaque(_: Any, __: Step) -> Found:
    yield Kind.FORBIDDEN, "cannot be judged: write the statements themselves"


_RULES: Final[dict[type, Callable[[Any, Step], Found]]] = {
    ast.IndexStmt: _index,
    ast.DropStmt: _drop,
    ast.AlterTableStmt: _alter,
    ast.RenameStmt: _rename,
    ast.AlterEnumStmt: _value,
    ast.InsertStmt: _insert,
    ast.CreateTableAsStmt: _insert,
    ast.UpdateStmt: _update,
    **dict.fromkeys((ast.DoStmt, ast.CallStmt, ast.CopyStmt), _opaque),
    **dict.fromkeys((ast.VariableSetStmt, ast.TransactionStmt, ast.LockStmt, ast.DiscardStmt), _set),
}
