"""One rule a file, named after the clause that it enforces."""
