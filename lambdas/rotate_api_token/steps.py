"""The four steps and the sweep. Each may be run again, in any order, at once, and after a crash at any point.

What keeps the current token alive: nothing is revoked but what no label leads to, or what has been replaced for longer
than the grace period, and the labels are read again right before it; a version is made current only after its token
has been seen to work. What finds tokens that were made and lost: each carries the name of its version at the issuer.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lambdas.kit.errors import PendingError, RotationError
from lambdas.kit.rotation import Rotation, is_rehearsal
from lambdas.kit.vault import CURRENT, PENDING, PREVIOUS, Vault
from lambdas.rotate_api_token.config import Target
from lambdas.rotate_api_token.errors import DeadError
from lambdas.rotate_api_token.issuer import Issuer, Value, label, version_of
from lambdas.rotate_api_token.issuers import issuer


def parsed(text: str | None, what: str) -> Value | None:
    """The value of a version; None where there is none, or one that stands in for the first."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RotationError("value", f"{what} is not a JSON object; put a value of the form that README.md states")
    return value if isinstance(value.get("id"), str) and value["id"] else None


@dataclass
class TokenRotation(Rotation[Target]):
    """One version on its way from AWSPENDING to AWSCURRENT; an empty version for the sweep alone."""

    revoked: int = 0
    _issuer: Issuer | None = None

    @property
    def issuer(self) -> Issuer:
        """The issuer, with the credential that may make tokens."""
        if self._issuer is None:
            manager = parsed_manager(Vault(self.target.manager).current())
            self._issuer = issuer(self.target, manager, self.budget)
        return self._issuer

    def pending(self) -> Value:
        """The value of this version. RotationError where it has none yet."""
        value = parsed(self.vault.value(self.version), "AWSPENDING")
        if value is None:
            raise RotationError("order", f"version {self.version} has no token yet: createSecret comes first")
        if value.get("issuer") != self.target.issuer:
            raise PendingError(f"AWSPENDING is of {value.get('issuer')!r}, not of {self.target.issuer!r}")
        return value

    def prove(self) -> None:
        """See the pending token work. PendingError where the issuer refuses it: it can never be current."""
        try:
            self.issuer.prove(self.pending())
        except DeadError as error:
            raise PendingError(f"the token of AWSPENDING does not work: {error}") from None

    def revoke(self, token: str) -> None:
        """End a token, unless it is the current one now."""
        stages = self.vault.stages()
        current = next((version for version, labels in stages.items() if CURRENT in labels), None)
        value = parsed(self.vault.value(current), "AWSCURRENT") if current else None
        if value is None or value["id"] != token:
            self.issuer.revoke(token)
            self.revoked += 1

    def sweep(self) -> None:
        """Revoke every token of this secret that no version may lead to any more."""
        existing = self.issuer.tokens()
        for token in self._doomed(existing):
            self.budget.left("revoking old tokens")
            self.revoke(token)

    def _doomed(self, existing: Mapping[str, str]) -> Iterator[str]:
        stages, quiet = self.vault.described()
        kept: set[str] = set()
        unborn: set[str] = set()
        over: set[str] = set()
        for version, labels in stages.items():
            if not {CURRENT, PENDING, PREVIOUS} & set(labels):
                continue
            value = parsed(self.vault.value(version), f"version {version}")
            if value is None:
                unborn.add(version)
            elif labels == [PREVIOUS] and quiet > self.target.grace:
                over.add(value["id"])
            else:
                kept.add(value["id"])
        for token, text in existing.items():
            maker = version_of(text, self.target.secret, stages)
            if token not in kept and (token in over or (maker is not None and maker not in unborn)):
                yield token


def parsed_manager(text: str) -> Value:
    """The credential that manages tokens."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RotationError("manager", "the secret of ISSUER_SECRET_ARN is not of the form that README.md states")
    return value


def create(rotation: TokenRotation) -> None:
    """Make a token and store it, unless this version has one; then revoke what was made and lost before."""
    if rotation.current_version() is None:
        return
    if rotation.vault.value(rotation.version) is None:
        value = rotation.issuer.create(label(rotation.target.secret, rotation.version))
        rotation.vault.put_pending(rotation.version, json.dumps(value))
    rotation.sweep()


def set_(rotation: TokenRotation) -> None:
    """The issuer knows its token already; that there is one is checked."""
    if rotation.current_version() is not None:
        rotation.pending()


def test(rotation: TokenRotation) -> None:
    """See the new token work; in a rehearsal the current one, once there is one."""
    version = rotation.current_version()
    if version is None:
        return
    current = rotation.vault.value(version)
    if not is_rehearsal(rotation.vault.value(rotation.version), current):
        rotation.prove()
    elif (token := parsed(current, "AWSCURRENT")) is not None:
        rotation.issuer.prove(token)


def finish(rotation: TokenRotation) -> None:
    """Make this version the current one, if its token works now; then take AWSPENDING from it and sweep."""
    current = rotation.current_version()
    if current is not None:
        rotation.prove()
        _drop_previous(rotation)
        rotation.vault.promote(rotation.version, current)
    rotation.vault.unlabel(rotation.version)
    rotation.sweep()


def _drop_previous(rotation: TokenRotation) -> None:
    """Revoke the token before the current one: no label will lead to it, and one made by hand carries no name."""
    for version, labels in rotation.vault.stages().items():
        if labels == [PREVIOUS]:
            value = parsed(rotation.vault.value(version), "AWSPREVIOUS")
            if value is not None and value["id"] in rotation.issuer.tokens():
                rotation.revoke(value["id"])


def sweep(rotation: TokenRotation) -> None:
    """Between rotations, once a day: end the grace of the token that was replaced."""
    rotation.sweep()


STEPS: dict[str, Callable[[TokenRotation], None]] = {
    "createSecret": create,
    "setSecret": set_,
    "testSecret": test,
    "finishSecret": finish,
    "sweepSecret": sweep,
}
