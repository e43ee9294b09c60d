"""Above its price a batch waits for a yes."""

import pytest

from functions.check_batch import app as check_batch
from plantain.batches.records import batch_records
from tests.conftest import Cloud
from tests.functions.batching import Machine, confirm, dropped, machine, post, step, tag, text

__all__ = ["machine"]  # fixtures


def test_above_its_price_a_batch_waits_and_says_how_to_confirm(
    cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0.17")
    batch = dropped(cloud, "prompt,resolution\nx,1K\ny,1K\nz,9K\n")
    assert confirm(batch.batch_id).json["code"] == "batch-not-ready"

    assert step(check_batch, batchId=batch.batch_id)["state"] == "waiting"

    plan = text(cloud, "plans", batch)
    assert "2 rows that can be made and 1 that cannot" in plan
    assert "$0.18" in plan
    assert (
        f"Ask whoever runs Plantain for a yes, within seven days, and give them this number:\n  {batch.batch_id}\n"
        in plan
    )
    assert f"plantain batch confirm {batch.batch_id}" in plan
    assert tag(cloud, batch) == {"plantain-status": "accepted"}
    answer = confirm(batch.batch_id)
    assert (answer.status, answer.json["state"], machine.woken) == (202, "running", [])


def test_a_price_as_high_as_the_limit_is_still_below_it(
    cloud: Cloud, machine: Machine, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("BATCH_CONFIRM_USD", "0.18")
    batch = dropped(cloud, "prompt,resolution\nx,1K\ny,1K\n")

    assert step(check_batch, batchId=batch.batch_id)["state"] == "running"


def test_a_yes_wakes_who_waits_and_heals_a_wake_that_was_lost(cloud: Cloud, machine: Machine) -> None:
    batch_id = post({"items": [{"prompt": "x"}]}).json["batchId"]
    batch_records().change(batch_id, {"state": "waiting", "taskToken": "token"}, only_from=("checking",))

    assert [confirm(batch_id).status, confirm(batch_id).status] == [202, 202]
    assert machine.woken == ["token", "token"]


def test_what_has_failed_cannot_be_confirmed(cloud: Cloud, machine: Machine) -> None:
    batch_id = post({"items": [{"prompt": ""}]}).json["batchId"]
    step(check_batch, batchId=batch_id)

    answer = confirm(batch_id)

    assert (answer.status, answer.json["code"]) == (409, "batch-ended")
    assert answer.json["detail"].endswith("Nothing was charged. Start it again instead.")
