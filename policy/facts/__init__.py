"""What rules read off resources."""
