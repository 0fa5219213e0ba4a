"""Real servers, and what is proven against them."""
