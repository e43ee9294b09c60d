"""What people who drop files find: a text in the images bucket, and a tag on what they have dropped."""

from typing import Any

import pytest

from plantain.job import Source
from plantain.reports.telling import Status, report_failure, report_id_of, report_plan, tag_source
from tests.conftest import Cloud

KEY = "inbox/Straße + 100%/grün.png"


def dropped(cloud: Cloud, key: str = KEY) -> Source:
    return Source(key, cloud.s3.put_object(Bucket="inbox", Key=key, Body=b"x")["VersionId"])


def tags_of(cloud: Cloud, source: Source) -> dict[str, str]:
    found = cloud.s3.get_object_tagging(Bucket="inbox", Key=source.key, VersionId=source.version)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def tag(cloud: Cloud, source: Source, **tags: str) -> None:
    tagging: Any = {"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]}
    cloud.s3.put_object_tagging(Bucket="inbox", Key=source.key, VersionId=source.version, Tagging=tagging)


def test_a_report_is_text_that_a_browser_shows_and_bears_plantains_mark(cloud: Cloud) -> None:
    failed = report_failure("grün", "0123456789ab", "Nichts für ungut.\n")
    plan = report_plan("grün", "0123456789ab", "A plan.\n")

    found = cloud.s3.get_object(Bucket="images", Key=failed)
    assert (failed, plan) == ("failed/grün__0123456789ab.txt", "plans/grün__0123456789ab.txt")
    assert found["Body"].read().decode() == "Nichts für ungut.\n"
    assert found["ContentType"] == "text/plain; charset=utf-8"
    assert found["Metadata"] == {"plantain": "0123456789ab"}


def test_the_first_report_stays(cloud: Cloud) -> None:
    key = report_failure("a", "1", "first")
    report_failure("a", "1", "second")

    assert cloud.s3.get_object(Bucket="images", Key=key)["Body"].read() == b"first"


def test_the_status_goes_on_the_version_that_was_dropped_and_other_tags_stay(cloud: Cloud) -> None:
    first, second = dropped(cloud), dropped(cloud)
    tag(cloud, first, team="social", campaign="spring")

    statuses: list[Status] = ["accepted", "success"]
    for status in statuses:
        tag_source(first, status)

    assert tags_of(cloud, first) == {"team": "social", "campaign": "spring", "plantain-status": "success"}
    assert tags_of(cloud, second) == {}


def test_an_object_with_all_the_tags_that_s3_allows_keeps_them(cloud: Cloud) -> None:
    source = dropped(cloud)
    theirs = {f"t{number}": "x" for number in range(10)}
    tag(cloud, source, **theirs)

    tag_source(source, "fail")

    assert tags_of(cloud, source) == theirs


@pytest.mark.parametrize("version", ["gone", "marker"])
def test_a_version_that_is_gone_is_no_error(cloud: Cloud, version: str) -> None:
    source = dropped(cloud)
    if version == "marker":
        marker = cloud.s3.delete_object(Bucket="inbox", Key=KEY)["VersionId"]
        tag_source(Source(KEY, marker), "fail")
    else:
        cloud.s3.delete_object(Bucket="inbox", Key=KEY, VersionId=source.version)
        tag_source(source, "fail")


def test_the_id_of_a_report_is_that_of_one_version() -> None:
    one, other, elsewhere = Source("inbox/a", "1"), Source("inbox/a", "2"), Source("inbox/b", "1")

    assert report_id_of(one) == report_id_of(Source("inbox/a", "1"))
    assert len({report_id_of(one), report_id_of(other), report_id_of(elsewhere)}) == 3
    assert all(character in "0123456789abcdef" for character in report_id_of(one))
    assert len(report_id_of(one)) == 12
