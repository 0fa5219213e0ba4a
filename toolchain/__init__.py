"""What is fetched or built once: engine, Go programs, unpacked packages, cache."""
