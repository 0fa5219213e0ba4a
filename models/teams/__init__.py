"""The teams: ``catalog/teams/<name>.yaml``, one file each."""
