"""Many files dropped at once, bad ones among them: when the pictures are there, beside the pace of the creates."""

import argparse
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from local.cloud import LocalCloud
from plantain.items import from_attributes, job_from
from plantain.job import Job
from tests.bench.rows import Row, tell

FILES = 200
DRAW_SECONDS = 1.0
PER_TEN_SECONDS = 18  # the template's own
WISH = 'prompt = "number {0}"\nresolution = "1K"\noutput_format = "jpg"\n'
BAD = {"toml": "prompt = ", "docx": "x", "png": "no picture", "txt": "x" * 40_001, "json": '{"size": 3}'}
CALLER = "inbox/bench"


def main() -> None:
    """Wall time, drop to picture, whether each was made and paid for exactly once, and the pace."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=FILES)
    files = parser.parse_args().files
    good = {f"{number:05}.toml": WISH.format(number) for number in range(files)}
    bad = {f"{number}.{kind}": text for number in range(files // 50) for kind, text in BAD.items()}
    with LocalCloud(draw_seconds=DRAW_SECONDS, twin_options=("--balance", "1000000")) as cloud:
        inbox = Inbox(cloud)
        inbox.drop("warm.toml", WISH.format("warm"))
        inbox.ended(1)
        start = time.time()
        with ThreadPoolExecutor(32) as crowd:  # sorted, so that the bad ones come first and among the good
            dropped = dict(crowd.map(lambda one: inbox.drop(*one), sorted((good | bad).items())))
        jobs = inbox.ended(1 + files)[1:]
        told = sum(inbox.told(name) == "fail" for name in bad)
        assert cloud.kie.twin_url
        ledger = httpx.get(f"{cloud.kie.twin_url}/_twin/ledger", trust_env=False).json()
    made = {job.stem: (job.ended_at or 0) / 1000 for job in jobs if job.state == "success"}
    wall, at_pace = max(made.values()) - start, files * 10 / PER_TEN_SECONDS
    tell(
        [
            Row(
                f"{files} files at once, until the last picture",
                f"{wall:.0f} s",
                f"{at_pace:.0f} s",
                wall / at_pace,
            ),
            *_waits([ended - dropped[f"{stem}.toml"] for stem, ended in made.items()], at_pace),
            _all("files with a picture of their own", len(made), files),
            _all("creates that Kie.ai accepted", int(ledger["acceptedCreates"]) - 1, files),
            _all("creates that Kie.ai refused as too many", int(ledger["refusals"].get("rate", 0)), 0),
            _all("bad files told of", told, len(bad)),
            _missed(jobs),
        ]
    )


class Inbox:
    """What a team sees of its folder, and the jobs table, which says when each job did what."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._s3, self._dynamodb = cloud.aws.client("s3"), cloud.aws.client("dynamodb")
        self._bucket = cloud.stack.outputs["InboxBucketName"]
        self._table = cloud.stack.outputs["JobsTableName"]

    def drop(self, name: str, text: str) -> tuple[str, float]:
        """Its name and when it was dropped, in seconds since the epoch."""
        self._s3.put_object(Bucket=self._bucket, Key=f"{CALLER}/{name}", Body=text.encode())
        return name, time.time()

    def told(self, name: str) -> str:
        """What its tag says, once it says something."""
        while True:
            tags = self._s3.get_object_tagging(Bucket=self._bucket, Key=f"{CALLER}/{name}")["TagSet"]
            for tag in tags:
                if tag["Key"] == "plantain-status":
                    return str(tag["Value"])
            time.sleep(1)

    def ended(self, count: int) -> list[Job]:
        """The jobs, oldest first, once so many have ended."""
        while len(ended := [job for job in self._jobs() if job.is_final]) < count:
            time.sleep(3)
        return ended

    def _jobs(self) -> list[Job]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="byCaller",
            KeyConditionExpression="caller = :caller",
            ExpressionAttributeValues={":caller": {"S": CALLER}},
        )
        return [job_from(from_attributes(item)) for page in pages for item in page["Items"]]


def _waits(seconds: list[float], at_pace: float) -> list[Row]:
    cuts = statistics.quantiles(seconds, n=20)
    return [
        _time(f"drop to picture, p{share}", cut, at_pace * share / 100)
        for share, cut in ((50, cuts[9]), (95, cuts[18]))
    ]


def _time(what: str, seconds: float, at_pace: float) -> Row:
    return Row(what, f"{seconds:.0f} s", f"its creates {at_pace:.0f} s", seconds / at_pace)


def _all(what: str, count: int, of: int) -> Row:
    return Row(what, str(count), f"{of}", None, str(of), count == of)


def _missed(jobs: list[Job]) -> Row:
    missed = sum(job.create_slots_missed for job in jobs)
    return Row("slots missed, each taken anew", str(missed), f"{len(jobs)} jobs", missed / len(jobs))


if __name__ == "__main__":
    main()
