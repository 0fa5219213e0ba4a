"""Code that runs inside AWS. A function is one folder; ``kit`` is what several share, packed into each."""
