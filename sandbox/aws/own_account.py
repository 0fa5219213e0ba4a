"""The number of the emulated account."""

import os


def number() -> str:
    """As moto's responses have it: the stack's account, of which ``MOTO_ACCOUNT_ID`` tells the emulator's process."""
    from moto.core import DEFAULT_ACCOUNT_ID  # noqa: PLC0415 - moto is slow to import

    return os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
