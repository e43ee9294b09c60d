"""What lies in the stack's buckets, and how it goes: S3 deletes a bucket only once it holds no version."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from scripts.stage import client


@contextmanager
def unless(gone: str) -> Iterator[None]:
    """Passes over the error that says so: a failed creation, or an earlier deletion, leaves half of a stack."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != gone:
            raise


def empty(bucket: str, prefix: str = "") -> int:
    """Delete all below the prefix, with every version. How many there were. Raises SystemExit when some stay."""
    count = 0
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    with unless("NoSuchBucket"):
        for page in pages:
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            _delete_versions(bucket, entries)
            count += len(entries)
    return count


def _delete_versions(bucket: str, entries: list[dict[str, Any]]) -> None:
    """At most 1000, a page's worth. S3 answers 200 and lists what it has not deleted."""
    if not entries:
        return
    objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
    kept = client("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors")
    if kept:
        first = f"{kept[0]['Key']}: {kept[0]['Code']} {kept[0].get('Message', '')}".strip()
        raise SystemExit(
            f"{len(kept)} objects in the bucket {bucket} could not be deleted, the first is {first}\n"
            "Mend that and run it again: it goes on from where it was."
        )


def left(bucket: str | None, what: str) -> str | None:
    """How much of `what` is in it; an empty one is removed, and only delete markers are empty too."""
    if bucket is None:
        return None
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    sizes: list[int] = []
    with unless("NoSuchBucket"):
        for page in pages:
            sizes += [version["Size"] for version in page.get("Versions", [])]
        if not sizes:
            return removed(bucket)
        return (
            f"{what}, in the bucket {bucket}: {len(sizes)} objects, {sum(sizes) / 1e6:.1f} MB\n"
            "  (0.023 USD a month for each GB; to be rid of them, empty and delete the bucket in the S3 console)"
        )
    return None


def removed(bucket: str) -> str | None:
    """None, or what is left of it. Never a version: something may have come since somebody looked."""
    s3 = client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        _delete_versions(bucket, page.get("DeleteMarkers", []))
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketNotEmpty":
            raise
        return f"the bucket {bucket}, into which something has come just now"
    return None
