"""What services need from outside the company: ``catalog/dependencies/<name>.yaml``, one file each."""
