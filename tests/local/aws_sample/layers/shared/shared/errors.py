"""The exceptions that the sample state machine names."""


class TryAgainLater(Exception):
    """Works at the third attempt."""


class Refused(Exception):
    """Never works."""
