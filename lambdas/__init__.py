"""Code that runs inside AWS: each folder is one function and imports nothing of the project."""
