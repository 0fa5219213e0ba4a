"""The quarterly review: what is due, what is excused, what ages, what engineers say, and who decides what."""
