"""Whether the platform's roles may do what they must, and no more: each call judged by AWS's evaluation logic."""
