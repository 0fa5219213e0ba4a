"""Commands: where they run, and what they do when something is open."""
