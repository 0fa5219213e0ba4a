"""What may go wrong with an issuer, besides what may with any rotation."""

from lambdas.kit.errors import RotationError


class DeadError(RotationError):
    """The issuer refuses a token: it was revoked, has expired, or was never one."""

    def __init__(self, message: str) -> None:
        super().__init__("dead", message)
