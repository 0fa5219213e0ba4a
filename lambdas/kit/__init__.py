"""What several functions share. A zip holds its function and this; neither imports anything else of the project."""
