"""What a caller is told of its rate: the fields of draft-ietf-httpapi-ratelimit-headers-10."""

WINDOW_SECONDS = 60


def rate_limit_headers(limit: int, left: int, seconds: int) -> dict[str, str]:
    """Of `limit` requests in a window so many are left, for so many seconds more."""
    return {
        "RateLimit-Policy": f'"caller";q={limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"caller";r={left};t={seconds}',
    }
