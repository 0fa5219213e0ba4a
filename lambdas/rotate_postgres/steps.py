"""The four steps. Each may be run again, in any order, at once, and after a crash at any point.

What keeps the current credential working: only the other role of the pair is changed, and only while an advisory lock
is held under which the labels were read again; and a version is made current only under the same lock, after its
credential has been seen to work.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.kit.errors import RotationError
from lambdas.kit.rotation import Rotation, is_rehearsal
from lambdas.kit.vault import Vault
from lambdas.rotate_postgres import checks, database
from lambdas.rotate_postgres.checks import Credential
from lambdas.rotate_postgres.config import Target
from lambdas.rotate_postgres.connection import Session
from lambdas.rotate_postgres.errors import LoginError
from lambdas.rotate_postgres.scram import new_password


@dataclass
class DatabaseRotation(Rotation[Target]):
    """One version on its way from AWSPENDING to AWSCURRENT."""

    repaired: bool = False

    def current(self, version: str) -> Credential:
        """The credential of a version that is current."""
        return checks.current(self.vault.value(version), self.target)

    def pending(self, current: Credential) -> Credential | None:
        """The credential of this version, if it has one already."""
        text = self.vault.value(self.version)
        return None if text is None else checks.pending(text, current, self.target)

    def both(self, version: str) -> tuple[Credential, Credential]:
        """The current credential and this version's."""
        current = self.current(version)
        pending = self.pending(current)
        if pending is None:
            raise RotationError("order", f"version {self.version} has no value yet: createSecret comes first")
        return current, pending

    def rotator(self) -> Credential:
        """The credential that may set passwords."""
        return checks.rotator(Vault(self.target.rotator).current())

    def still(self, version: str) -> bool:
        """Whether ``version`` is current as before; False where this one has become it meanwhile, and all is done.

        RotationError where another one has.
        """
        found = self.current_version()
        if found not in (version, None):
            raise RotationError("stale", f"AWSCURRENT has moved on from {version}; there is nothing left to do")
        return found is not None

    def mend(self, opened: Session, current: Credential) -> None:
        """Give the current role the password that clients read, if the server refuses it and nobody can guess it."""
        if not checks.guessable(current) and not database.logs_in(self.target, current, self.budget):
            database.set_password(opened, current)
            self.repaired = True


def create(rotation: DatabaseRotation) -> None:
    """Store a successor of the current credential, unless there is one."""
    version = rotation.current_version()
    if version is None:
        return
    current = rotation.current(version)
    if rotation.pending(current) is None:
        text = checks.successor(current, rotation.target, new_password())
        rotation.vault.put_pending(rotation.version, text)


def set_(rotation: DatabaseRotation) -> None:
    """Give the other role the new password; and the current role its own, where that was lost."""
    version = rotation.current_version()
    if version is None:
        return
    current, pending = rotation.both(version)
    with database.locked(rotation.target, rotation.rotator(), rotation.budget) as opened:
        if not rotation.still(version):
            return
        rotation.mend(opened, current)
        database.set_password(opened, pending)
        rotation.budget.left("the commit")
        opened.run("COMMIT")


def test(rotation: DatabaseRotation) -> None:
    """See the new credential work as a client would use it; in a rehearsal the current one, once there is one."""
    version = rotation.current_version()
    if version is None:
        return
    current, pending = (rotation.vault.value(one) for one in (version, rotation.version))
    credential = checks.current(current, rotation.target)
    if not is_rehearsal(pending, current):
        credential = checks.pending(str(pending), credential, rotation.target)
    elif checks.is_placeholder(credential):
        return
    database.prove(rotation.target, credential, rotation.budget)


def finish(rotation: DatabaseRotation) -> None:
    """Make this version the current one, if its credential works now; then take AWSPENDING from it."""
    version = rotation.current_version()
    if version is not None:
        _promote(rotation, version)
    rotation.vault.unlabel(rotation.version)


def _promote(rotation: DatabaseRotation, version: str) -> None:
    _, pending = rotation.both(version)
    rotator = rotation.rotator()
    with database.locked(rotation.target, rotator, rotation.budget) as opened:
        if not rotation.still(version):
            return
        try:
            database.prove(rotation.target, pending, rotation.budget)
        except LoginError as error:
            raise RotationError("order", f"setSecret comes before finishSecret: {error}") from None
        opened.run("SELECT 1")  # the lock is lost with its connection
        rotation.vault.promote(rotation.version, version)
        try:
            opened.run("SELECT 1")
        except RotationError:
            lost = True
        else:
            lost = False
    if lost:
        with database.locked(rotation.target, rotator, rotation.budget) as opened:
            rotation.mend(opened, pending)
            opened.run("COMMIT")


STEPS: dict[str, Callable[[DatabaseRotation], None]] = {
    "createSecret": create,
    "setSecret": set_,
    "testSecret": test,
    "finishSecret": finish,
}
