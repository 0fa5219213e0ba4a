"""How settings that cannot be deployed reach the engine."""

import pulumi

from lib.problems import FileError


class SettingsError(FileError, pulumi.RunError):
    """Settings that cannot be deployed; ``problems`` holds every reason, in the order of the file.

    It is a ``RunError`` so that the engine prints the lines alone, without a traceback.
    """
