"""The `plantain` command."""
