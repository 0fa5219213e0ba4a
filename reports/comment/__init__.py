"""What a reviewer reads of a previewed change: the verdict, what is dangerous, and everything else after it."""
