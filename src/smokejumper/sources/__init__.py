"""What to ask, and which evidence it becomes."""
