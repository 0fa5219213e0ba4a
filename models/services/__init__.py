"""The services: ``catalog/services/<name>.yaml``, one file each."""
