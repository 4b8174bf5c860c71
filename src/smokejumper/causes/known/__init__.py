"""The catalogue: one known failure is one file, there because it is there."""
