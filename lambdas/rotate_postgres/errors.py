"""What may go wrong with a database, besides what may with any rotation."""

from lambdas.kit.errors import RotationError


class LoginError(RotationError):
    """The server refused user name and password."""

    def __init__(self, message: str) -> None:
        super().__init__("login", message)
