"""The whole cloud on one machine: `python -m local --help`."""
