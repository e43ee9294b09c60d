"""Somebody who drops files and looks for what has become of them, with nothing but S3."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from plantain.job import Source
from plantain.reports.telling import report_id_of
from tests.e2e.conftest import JOB_SECONDS, Cloud


def eventually[T](look: Callable[[], T | None], seconds: float = JOB_SECONDS, pause: float = 0.2) -> T:
    """What comes in the end; looked for so often."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(pause)
    return found


def unique(word: str = "card") -> str:
    """A name of one's own: the cloud is everybody's."""
    return f"{word}-{uuid.uuid4().hex[:8]}"


def dead_letters(cloud: Cloud, *words: str) -> list[dict[str, Any]]:
    """The letters that hold one of the words; the others stay in the queue."""
    queue = {"QueueUrl": cloud.outputs["DeadLettersUrl"]}
    found = cloud.client("sqs").receive_message(**queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    letters = [json.loads(message["Body"]) for message in found.get("Messages", [])]
    return [letter for letter in letters if any(word in json.dumps(letter) for word in words)]


@contextmanager
def without_permissions(cloud: Cloud, function: str) -> Iterator[None]:
    """The function, by its logical id, without its permissions, given back afterwards."""
    found = cloud.client("lambda").get_function(FunctionName=cloud.resources[function])
    role = {"RoleName": found["Configuration"]["Role"].rpartition("/")[2]}
    iam = cloud.client("iam")
    names = iam.list_role_policies(**role)["PolicyNames"]
    documents = {name: iam.get_role_policy(**role, PolicyName=name)["PolicyDocument"] for name in names}
    for name in names:
        iam.delete_role_policy(**role, PolicyName=name)
    try:
        yield
    finally:
        for name, document in documents.items():
            iam.put_role_policy(**role, PolicyName=name, PolicyDocument=json.dumps(document))


class Person:
    """The two buckets as people see them."""

    def __init__(self, cloud: Cloud, access_key: str | None = None, secret: str | None = None) -> None:
        self.cloud = cloud
        self.s3 = cloud.client("s3", access_key, secret) if access_key and secret else cloud.client("s3")
        self.inbox = cloud.outputs["InboxBucketName"]
        self.images = cloud.outputs["ImagesBucketName"]

    def drops(self, key: str, content: str | bytes, **options: Any) -> Source:
        body = content.encode() if isinstance(content, str) else content
        return Source(key, self.s3.put_object(Bucket=self.inbox, Key=key, Body=body, **options)["VersionId"])

    def status(self, source: Source) -> str | None:
        place = {"Bucket": self.inbox, "Key": source.key, "VersionId": source.version}
        tags = self.s3.get_object_tagging(**place)["TagSet"]
        return next((tag["Value"] for tag in tags if tag["Key"] == "plantain-status"), None)

    def ended(self, source: Source) -> str:
        """The status once it is no longer `accepted`."""
        return eventually(lambda: found if (found := self.status(source)) != "accepted" else None)

    def made(self, source: Source) -> None:
        """Waits for its success."""
        assert self.ended(source) == "success", self.texts(source)

    def pictures(self, stem: str) -> list[str]:
        """The keys of the pictures that have this stem, manifests left out."""
        return [key for key in self.keys("images/") if f"/{stem}__" in key and not key.endswith(".json")]

    def texts(self, source: Source, folder: str = "failed") -> list[str]:
        """What is told of a drop of which there is no job."""
        return [self.text(key) for key in self.keys(f"{folder}/") if report_id_of(source) in key]

    def refusal(self, source: Source) -> str:
        """What is told of a drop that was refused, its lines joined."""
        assert self.ended(source) == "fail"
        (text,) = self.texts(source)
        assert "Nothing was charged." in text
        return " ".join(text.split())

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.images, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def text(self, key: str) -> str:
        content: bytes = self.s3.get_object(Bucket=self.images, Key=key)["Body"].read()
        return content.decode()

    def looked_at(self, source: Source) -> str:
        """What the log says has become of a drop, once it has been looked at."""

        def look() -> str | None:
            lines = [line for line in self.cloud.logs() if f'"drop":"{report_id_of(source)}"' in line]
            return lines[-1].partition('"outcome":"')[2].partition('"')[0] if lines else None

        return eventually(look)

    def looks(self, source: Source) -> int:
        """How often a drop has been looked at."""
        return sum(f'"drop":"{report_id_of(source)}"' in line for line in self.cloud.logs())

    def paid(self, word: str) -> int:
        """How many tasks Kie.ai has accepted whose prompt holds the word."""
        return sum(word in task["prompt"] for task in self.cloud.twin.get("/_twin/ledger").json()["tasks"])
