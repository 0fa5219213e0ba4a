"""What a stack costs a month at list prices, and what a change adds to it."""
