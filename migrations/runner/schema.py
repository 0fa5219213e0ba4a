"""What the steps have made so far: the columns and checks that decide whether a change takes something away."""

from dataclasses import dataclass, field
from typing import Any

from pglast import ast
from pglast.enums import AlterTableType, ConstrType, NullTestType, ObjectType

Type = tuple[str, tuple[int, ...]]
"""Name and modifiers, as ``("varchar", (50,))``."""


def table(relation: Any) -> str:
    """The name of a table, without the schema where it is public."""
    schema = relation.schemaname
    return str(relation.relname) if schema in (None, "public") else f"{schema}.{relation.relname}"


def dropped(name: Any) -> str:
    """The name of an object of DROP, in the form of ``table``; a trigger's begins with its table's."""
    parts: Any = name if isinstance(name, tuple) else getattr(name, "objname", None) or getattr(name, "names", (name,))
    words = [str(part.sval) for part in parts]
    return ".".join(word for word in words if word != "public" or len(words) == 1)


def type_of(name: Any) -> Type:
    """A column's type."""
    modifiers = tuple(one.val.ival for one in name.typmods or () if isinstance(getattr(one, "val", None), ast.Integer))
    array = "[]" if name.arrayBounds else ""
    return str(name.names[-1].sval) + array, modifiers


def widens(old: Type, new: Type) -> bool:
    """Whether every value of the old type is one of the new, at once and without a rewrite.

    Source: PostgreSQL's documentation of ALTER TABLE, notes on rewrites, and ``varchar_support``, ``numeric_support``.
    """
    (before, length), (after, limit) = old, new
    if before == after == "varchar":
        return not limit or (bool(length) and limit[0] >= length[0])
    if before == after == "numeric":
        digits, wide = (*length, 0)[:2], (*limit, 0)[:2]
        return not limit or (bool(length) and wide[0] >= digits[0] and wide[1] == digits[1])
    return old == new or (before == "varchar" and after == "text")


def not_null_check(constraint: Any) -> str | None:
    """The column of which a check says that it is not null."""
    test = constraint.raw_expr
    if constraint.contype != ConstrType.CONSTR_CHECK or not isinstance(test, ast.NullTest):
        return None
    named = isinstance(test.arg, ast.ColumnRef) and isinstance(test.arg.fields[-1], ast.String)
    return test.arg.fields[-1].sval if named and test.nulltesttype == NullTestType.IS_NOT_NULL else None


@dataclass
class Schema:
    """Tables with their columns, and the checks by which a column is known to hold no null: column and validity."""

    tables: dict[str, dict[str, Type]] = field(default_factory=dict)
    checks: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    def never_null(self, name: str, column: str) -> bool:
        """Whether a validated check says so."""
        return any(of == name and check == (column, True) for (of, _), check in self.checks.items())

    def follow(self, statement: Any) -> None:
        """Take in what the statement does."""
        match statement:
            case ast.CreateStmt():
                columns = [element for element in statement.tableElts or () if isinstance(element, ast.ColumnDef)]
                types = {column.colname: type_of(column.typeName) for column in columns}
                self.tables[table(statement.relation)] = types
            case ast.AlterTableStmt(objtype=ObjectType.OBJECT_TABLE):
                for command in statement.cmds:
                    self._alter(table(statement.relation), command)
            case ast.RenameStmt(renameType=ObjectType.OBJECT_TABLE):
                moved = table(statement.relation)
                self.tables[statement.newname] = self.tables.pop(moved, {})
                self.checks = {
                    (statement.newname if of == moved else of, name): check for (of, name), check in self.checks.items()
                }
            case ast.RenameStmt(renameType=ObjectType.OBJECT_COLUMN):
                columns_of = self.tables.get(table(statement.relation), {})
                columns_of[statement.newname] = columns_of.pop(statement.subname, ("", ()))
            case ast.DropStmt(removeType=ObjectType.OBJECT_TABLE):
                for name in statement.objects:
                    self.tables.pop(dropped(name), None)

    def _alter(self, name: str, command: Any) -> None:
        columns, kind = self.tables.setdefault(name, {}), command.subtype
        if kind == AlterTableType.AT_AddColumn:
            columns[command.def_.colname] = type_of(command.def_.typeName)
        elif kind == AlterTableType.AT_AlterColumnType:
            columns[command.name] = type_of(command.def_.typeName)
        elif kind == AlterTableType.AT_DropColumn:
            columns.pop(command.name, None)
        elif kind == AlterTableType.AT_DropConstraint:
            self.checks.pop((name, command.name), None)
        elif kind == AlterTableType.AT_ValidateConstraint and (name, command.name) in self.checks:
            self.checks[name, command.name] = (self.checks[name, command.name][0], True)
        elif kind == AlterTableType.AT_AddConstraint and (column := not_null_check(command.def_)):
            self.checks[name, command.def_.conname or ""] = (column, not command.def_.skip_validation)
