"""What the tests of the function share."""
