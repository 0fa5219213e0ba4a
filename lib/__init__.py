"""Small pure helpers that several rooms use; imports nothing of the project."""
