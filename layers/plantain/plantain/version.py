"""The version of Plantain."""

VERSION = "0.1.0"
