"""What is wrong with settings."""

from lib.problems import FileError


class SettingsError(FileError):
    """Settings that cannot be deployed; ``problems`` holds every reason, in the order of the file."""
