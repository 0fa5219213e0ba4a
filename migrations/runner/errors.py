"""What may go wrong, by what the caller can do about it: the exit code says whether trying again makes sense."""


class MigrationError(Exception):
    """Refused, or failed: what was applied before stays, the rest is not there."""

    code = 1


class UsageError(MigrationError):
    """Arguments, environment, files or history are wrong; no database was touched."""

    code = 2


class BusyError(MigrationError):
    """Another runner, or somebody else's transaction, is in the way: later it may work."""

    code = 3


class UnreachableError(MigrationError):
    """No connection, or none any more."""

    code = 4
