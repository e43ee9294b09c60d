"""The latest picture of a schedule, under a name that stays."""

from typing import Any

import pytest

from plantain.images.bucket import Images
from tests.conftest import Cloud
from tests.functions.conftest import Started
from tests.functions.scheduling import FILE, drop, end, group, made, run, texts, three_runs, told

__all__ = ["group"]  # fixtures


def latest(cloud: Cloud, file: str = "latest.png") -> bytes | None:
    try:
        read: bytes = cloud.s3.get_object(Bucket="images", Key=f"schedules/leaf/{file}")["Body"].read()
    except cloud.s3.exceptions.NoSuchKey:
        return None
    return read


def test_the_latest_picture_is_that_of_the_newest_run_that_succeeded(cloud: Cloud, started: Started) -> None:
    first, second, third = three_runs(cloud, started)

    end(cloud, second, content=b"second")
    end(cloud, first, content=b"first")  # late
    assert latest(cloud) == b"second"
    end(cloud, third, fail=True)
    assert latest(cloud) == b"second"
    told(second)
    versions = cloud.s3.list_object_versions(Bucket="images", Prefix="schedules/leaf/latest")["Versions"]
    assert len(versions) == 1
    assert cloud.s3.head_object(Bucket="images", Key="schedules/leaf/latest.png")["Metadata"] == {
        "plantain": second.task_id,
        "planned-at": "2026-12-07T08:00:00Z",
    }
    ((name, text),) = texts(cloud, "failed").items()
    assert name == f"leaf__{third.task_id}.txt"
    assert "The latest picture of the schedule stays." in text


def test_another_format_leaves_no_old_picture_behind(cloud: Cloud, started: Started) -> None:
    first, second, third = three_runs(cloud, started)
    end(cloud, first)
    end(cloud, second, extension="jpg", content=b"jpg")
    assert (latest(cloud), latest(cloud, "latest.jpg")) == (None, b"jpg")
    end(cloud, third)
    assert (latest(cloud), latest(cloud, "latest.jpg")) == (b"png", None)


def test_an_older_run_that_ends_late_in_another_format_is_not_the_latest(cloud: Cloud, started: Started) -> None:
    first, second, _ = three_runs(cloud, started)
    end(cloud, second, content=b"second")
    end(cloud, first, extension="jpg", content=b"first")

    assert (latest(cloud), latest(cloud, "latest.jpg")) == (b"second", None)


def test_what_broke_before_the_old_format_was_taken_away_is_finished_by_a_retry(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = three_runs(cloud, started)
    end(cloud, first)
    with monkeypatch.context() as broken:
        broken.setattr(Images, "delete", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            end(cloud, second, extension="jpg", content=b"second")

    told(second)

    assert (latest(cloud), latest(cloud, "latest.jpg")) == (None, b"second")


def test_two_formats_that_end_at_once_leave_the_newer(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = three_runs(cloud, started)
    write, overtaking = Images.put_latest, [second]

    def slow(self: Images, *args: Any) -> None:
        if overtaking:
            end(cloud, overtaking.pop(), content=b"second")
        write(self, *args)

    monkeypatch.setattr(Images, "put_latest", slow)
    end(cloud, first, extension="jpg", content=b"first")

    assert (latest(cloud), latest(cloud, "latest.jpg")) == (b"second", None)


def test_each_request_has_a_latest_of_its_own_and_of_its_images_the_first(cloud: Cloud, started: Started) -> None:
    drop(cloud, FILE + 'count = 2\n[[requests]]\nprompt = "Another"\n')
    run()
    for job in made(started):
        assert job.member is not None
        end(cloud, job, content=job.member.encode())

    assert (latest(cloud), latest(cloud, "latest-2.png")) == (b"01-01", b"02-01")


def test_who_is_overtaken_while_writing_looks_again(
    cloud: Cloud, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, _ = three_runs(cloud, started)
    write, overtaking = Images.put_latest, [second]

    def slow(self: Images, *args: Any) -> None:
        if overtaking:
            end(cloud, overtaking.pop(), content=b"second")
        write(self, *args)

    monkeypatch.setattr(Images, "put_latest", slow)
    end(cloud, first, content=b"first")

    assert latest(cloud) == b"second"
