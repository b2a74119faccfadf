"""Plan token factories."""
