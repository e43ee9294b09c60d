"""The edges of batches: odd files, files started again, prices agreed to by two at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.check_batch import app as check_batch
from functions.write_results import app as write_results
from plantain.batches.batch import Batch
from plantain.batches.records import batch_records
from plantain.job import new_task_id
from plantain.jobs.reservations import Reservations
from plantain.jobs.table import jobs
from plantain.models import MODELS
from tests.conftest import Cloud
from tests.functions.batching import (
    Machine,
    confirm,
    dropped,
    lines,
    post,
    seen,
    step,
    succeed,
    tag,
    taken,
    text,
)
from tests.functions.batching import machine as machine
from tests.functions.batching import names as names
from tests.wire import Names


def checked(cloud: Cloud, content: str | bytes, key: str = "inbox/spring.csv") -> Batch:
    batch = dropped(cloud, content, key)
    step(check_batch, batchId=batch.batch_id)
    return batch_records().get(batch.batch_id)


def faults(cloud: Cloud, batch: Batch) -> dict[int, list[str]]:
    """By line: what is wrong there, after its name."""
    return {
        line["line"]: [
            f"{fault['pointer'].removeprefix('/')} {fault['detail']}".strip() for fault in line["faults"]
        ]
        for line in lines(cloud, batch.batch_id, "errors.jsonl")
    }


def made(cloud: Cloud, batch: Batch) -> list[str]:
    """Every row with its picture; the jobs' ids."""
    ids = taken(cloud, batch.batch_id)
    for task_id in ids:
        if not jobs().get(task_id).is_final:
            succeed(task_id)
    step(write_results, batchId=batch.batch_id)
    return ids


# ---- started again


def test_of_a_mended_file_only_the_changed_row_is_made(cloud: Cloud, machine: Machine) -> None:
    first = checked(cloud, "prompt\nx\ny\nz\n")
    before = made(cloud, first)

    second = checked(cloud, "prompt\nx\nanother y\nz\n")
    after = made(cloud, second)

    assert (sum(second.reused.values()), second.price) == (2, 18)
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]
    assert tag(cloud, second) == {"plantain-status": "success"}


def test_a_row_with_an_id_may_move(cloud: Cloud, machine: Machine) -> None:
    first = checked(cloud, "id,prompt\na,x\nb,y\n")
    a, b = made(cloud, first)

    second = checked(cloud, "id,prompt\nnew,w\nb,y\na,x\n")

    assert second.price == 18
    assert made(cloud, second)[1:] == [b, a]


def test_the_same_rows_in_another_file_are_another_batch(cloud: Cloud, machine: Machine) -> None:
    made(cloud, checked(cloud, "prompt\nx\n"))

    assert checked(cloud, "prompt\nx\n", key="inbox/summer.csv").price == 18


def test_a_row_that_was_reserved_by_a_call_that_broke_off_is_found_again(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked(cloud, "prompt\nx\n")
    real = Reservations.reserve_for_good

    def breaks_off(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        raise ConnectionError("the answer is lost")

    with monkeypatch.context() as broken:
        broken.setattr(Reservations, "reserve_for_good", breaks_off)
        with pytest.raises(ConnectionError):
            taken(cloud, batch.batch_id)

    (task_id,) = taken(cloud, batch.batch_id)
    members = cloud.dynamodb.scan(TableName="jobs")["Items"]
    assert [item["taskId"]["S"] for item in members if item["id"]["S"].startswith("job#")] == [task_id]


# ---- odd files


def test_ten_thousand_rows_are_checked(cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "899.99")

    batch = checked(cloud, "prompt\n" + "".join(f"leaf {number}\n" for number in range(10_000)))

    assert (batch.state, batch.rows, batch.price_usd) == ("waiting", 10_000, 900)
    index = cloud.s3.get_object(Bucket="images", Key=f"batches/{batch.batch_id}/index.csv")["Body"].read()
    rows = cloud.s3.get_object(Bucket="images", Key=f"batches/{batch.batch_id}/rows.jsonl")["Body"].read()
    number, first, last = map(int, index.splitlines()[-1].split(b","))
    assert (number, json.loads(rows[first : last + 1])["request"]["prompt"]) == (10_000, "leaf 9999")


def test_a_spreadsheets_own_way_of_writing_is_read(cloud: Cloud, machine: Machine) -> None:
    batch = checked(cloud, '\ufeffid;prompt\r\n1;"a ""leaf"",\r\nin; the sun"\r\n;;\r\n2;x\r\n')

    ids = made(cloud, batch)

    assert [jobs().get(task_id).request.prompt for task_id in ids] == ['a "leaf",\nin; the sun', "x"]


def test_all_rows_bad_is_a_batch_that_was_not_made(cloud: Cloud, machine: Machine) -> None:
    batch = checked(cloud, "prompt,resolution\nx,9K\n,1K\n")

    assert (batch.state, batch.bad) == ("failed", 2)
    told = " ".join(text(cloud, "failed", batch).split())
    assert "line 2: resolution: must be one of 1K, 2K, 4K" in told
    assert "line 3: needs a prompt, or the name of a preset" in told
    assert "Nothing was charged." in told
    assert tag(cloud, batch) == {"plantain-status": "fail"}
    assert seen(batch.batch_id).json["counts"]["invalid"] == 2


def test_two_rows_of_one_id_are_told_where(cloud: Cloud, machine: Machine) -> None:
    batch = checked(cloud, "id,prompt\na,x\na,y\n")

    assert faults(cloud, batch) == {3: ["id is a, as that of line 2; each row needs its own"]}
    assert batch.rows == 1


def test_a_row_names_a_preset_there_is_and_no_more_images_than_the_model_takes(
    cloud: Cloud, machine: Machine, names: Names
) -> None:
    limit = next(iter(MODELS.values())).image_inputs
    images = "|".join(f"https://a.example.com/{number}.png" for number in range(limit + 1))
    rows = ["preset,prompt,image_input,quote", "quote-cart,,,x", f",x,{images},", "quote-card,,,Less is more", ""]

    batch = checked(cloud, "\n".join(rows))

    (unknown,), (too_many,) = faults(cloud, batch).values()
    assert unknown.startswith("preset quote-cart is unknown; there are ")
    assert too_many == f"image_input must hold at most {limit} images, this one holds {limit + 1}"
    assert batch.rows == 1


@pytest.mark.parametrize("name", ["dry_run", "count"])
def test_a_row_is_one_picture_and_is_made(cloud: Cloud, machine: Machine, name: str) -> None:
    value = True if name == "dry_run" else 2
    batch = checked(cloud, json.dumps({"prompt": "x", name: value}) + "\n", key="inbox/spring.jsonl")

    assert (batch.state, batch.bad) == ("failed", 1)
    (told,) = faults(cloud, batch).values()
    assert told == ["a row is one image; count and dry_run are for single files"]


# ---- agreed to


def test_two_who_say_yes_at_once_start_it_once(
    cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0")
    batch_id = post({"items": [{"prompt": "x"}]}).json["batchId"]
    step(check_batch, batchId=batch_id)

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: confirm(batch_id), range(8)))

    assert [(answer.status, answer.json["state"]) for answer in answers] == [(202, "running")] * 8
    record = batch_records().get(batch_id)
    assert confirm(batch_id).status == 202
    assert batch_records().get(batch_id).confirmed_at == record.confirmed_at
    assert len(taken(cloud, batch_id)) == 1


def test_nobody_else_says_yes(cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0")
    batch_id = post({"items": [{"prompt": "x"}]}).json["batchId"]
    step(check_batch, batchId=batch_id)

    assert [confirm(batch_id, "bob").status, confirm(new_task_id()).status] == [404, 404]
    assert batch_records().get(batch_id).state == "waiting"


def test_a_batch_that_has_ended_is_told_as_it_ended(cloud: Cloud, machine: Machine) -> None:
    """Whatever is asked of it afterwards: results written twice, a yes too late."""
    batch = checked(cloud, "prompt\nx\n")
    made(cloud, batch)

    step(write_results, batchId=batch.batch_id)
    answer = confirm(batch.batch_id)

    assert (answer.status, answer.json["state"]) == (202, "done")
    assert tag(cloud, batch) == {"plantain-status": "success"}
