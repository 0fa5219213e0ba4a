"""What looks at the repository itself: scanners, and the programs that they need."""
