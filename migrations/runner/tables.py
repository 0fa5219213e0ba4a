"""What ALTER TABLE takes from the code that runs, and from those who wait for the table."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from pglast.enums import AlterTableType, ConstrType

from migrations.runner.schema import Schema, not_null_check, type_of, widens


class Kind(Enum):
    """What a finding asks for."""

    FORBIDDEN = "forbidden"
    """Never a step's."""
    BLOCKS = "blocks"
    """Holds up the code that is running; there is another way to do it."""
    DESTRUCTIVE = "destructive"
    """Takes something away; a contract step may, after its expand step."""


Found = Iterator[tuple[Kind, str]]
VOLATILE: Final = ("gen_random_uuid", "uuidv4", "uuidv7", "random", "clock_timestamp", "nextval", "timeofday")
"""Defaults that PostgreSQL must compute for each row that is there already, and so rewrites the table for."""
EASY: Final = frozenset(
    {
        AlterTableType.AT_ValidateConstraint, AlterTableType.AT_DropNotNull, AlterTableType.AT_SetStatistics,
        AlterTableType.AT_SetRelOptions, AlterTableType.AT_AttachPartition,
    }
)  # fmt: skip
"""Takes nothing away and keeps nobody waiting."""
INDEXED: Final = frozenset({ConstrType.CONSTR_UNIQUE, ConstrType.CONSTR_PRIMARY})
CHECKED: Final = frozenset({ConstrType.CONSTR_CHECK, ConstrType.CONSTR_FOREIGN})
SERIAL: Final = ("serial", "bigserial", "smallserial", "serial2", "serial4", "serial8")


def judge(command: Any, name: str, schema: Schema) -> Found:
    """The findings of one command of ALTER TABLE ``name``, a table that was there before the step."""
    kind = AlterTableType(command.subtype)
    if kind == AlterTableType.AT_ChangeOwner:
        yield Kind.FORBIDDEN, "owners come from the access model"
    elif kind == AlterTableType.AT_AddColumn:
        yield from _column(command.def_)
    elif kind == AlterTableType.AT_AddConstraint:
        yield from _constraint(command.def_)
    elif kind == AlterTableType.AT_AlterColumnType:
        yield from _type(command, name, schema)
    elif kind == AlterTableType.AT_SetNotNull:
        if not schema.never_null(name, command.name):
            why = (
                f"{name}.{command.name} may hold NULL: first ADD CONSTRAINT ... CHECK ({command.name} IS NOT NULL) "
                "NOT VALID, then VALIDATE CONSTRAINT in a later step"
            )
            yield Kind.DESTRUCTIVE, why
    elif kind not in EASY and not (kind == AlterTableType.AT_ColumnDefault and command.def_ is not None):
        what = f" {command.name}" if command.name else ""
        yield Kind.DESTRUCTIVE, f"{kind.name.removeprefix('AT_')}{what} of {name}"


def _type(command: Any, name: str, schema: Schema) -> Found:
    old, new = schema.tables.get(name, {}).get(command.name), type_of(command.def_.typeName)
    if old is None or command.def_.raw_default is not None or not widens(old, new):
        before = f"{old[0]}{list(old[1]) or ''}" if old else "an unknown type"
        yield Kind.DESTRUCTIVE, f"makes {name}.{command.name} {new[0]}{list(new[1]) or ''} of {before}"


def _column(column: Any) -> Found:
    """A column that is added to a table with rows, beside code that does not know it."""
    constraints = {ConstrType(one.contype): one for one in column.constraints or ()}
    default = constraints.get(ConstrType.CONSTR_DEFAULT)
    if ConstrType.CONSTR_NOTNULL in constraints and default is None:
        yield Kind.DESTRUCTIVE, f"{column.colname} is NOT NULL without a default: code that runs does not fill it"
    indexed = {ConstrType.CONSTR_UNIQUE, ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_FOREIGN, ConstrType.CONSTR_CHECK}
    if indexed & set(constraints):
        yield Kind.BLOCKS, f"{column.colname}: add the constraint apart, NOT VALID or USING INDEX"
    rewrites = {ConstrType.CONSTR_IDENTITY, ConstrType.CONSTR_GENERATED} & set(constraints)
    virtual = getattr(constraints.get(ConstrType.CONSTR_GENERATED), "generated_kind", "s") == "v"
    serial = column.typeName.names[-1].sval in ("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2")
    if (rewrites and not virtual) or serial or (default is not None and _volatile(default.raw_expr)):
        yield Kind.BLOCKS, f"{column.colname}: computes a value for each row under lock; add it without, then fill it"


def _volatile(expression: Any) -> bool:
    text = repr(expression)
    return any(f"sval='{name}'" in text for name in VOLATILE)


def _constraint(constraint: Any) -> Found:
    kind = ConstrType(constraint.contype)
    if kind in {ConstrType.CONSTR_UNIQUE, ConstrType.CONSTR_PRIMARY}:
        if not constraint.indexname:
            yield Kind.BLOCKS, "builds an index under lock: build it CONCURRENTLY first, then USING INDEX"
    elif kind not in {ConstrType.CONSTR_CHECK, ConstrType.CONSTR_FOREIGN}:
        yield Kind.BLOCKS, "cannot be added to a table with rows without locking it"
    elif not constraint.skip_validation:
        what = " (as SET NOT NULL would)" if not_null_check(constraint) else ""
        yield Kind.BLOCKS, f"reads all rows under lock{what}: add it NOT VALID, and VALIDATE CONSTRAINT in a later step"
