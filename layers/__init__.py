"""What a stack is made of, wired in order."""
