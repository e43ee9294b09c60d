"""The version of this client, which is Plantain's own."""

__version__ = "0.1.0"
