"""What may go wrong. A message says what, why and what to do; it never holds a secret."""


class RotationError(Exception):
    """A step that did not succeed. ``kind`` is a word for logs and alarms."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class PendingError(RotationError):
    """The value of AWSPENDING can never become the current one: it is to be discarded, and a rotation begun anew."""

    def __init__(self, message: str) -> None:
        super().__init__("pending", message)
