"""What policies find, in one model and every form in which people and machines read it."""
