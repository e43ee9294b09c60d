"""What `plantain batch` leaves on disk: results that replace no others, and the pictures of the rows."""

import json
import threading
from pathlib import Path
from typing import Any, cast

import pytest
from rich.progress import Progress as Bar
from rich.progress import TaskID

from plantain_client import Batch, Plantain, Task, TaskNotFound, TransportFailed
from plantain_client.batch_documents import batch_from
from plantain_client.batch_results import results_name
from plantain_client.cli.batch_saving import AT_ONCE, save_pictures
from plantain_client.cli.screen import Screen
from plantain_client.documents import task_from
from tests.client.service import PICTURE, TASK_ID, success
from tests.client.stub import IMAGE, STATUS, Said, Stub
from tests.client.test_batches import BATCH_ID, LOOK, RESULTS, done, shown
from tests.client.test_command import FAST, Ran
from tests.client.test_command import stub as stub

KEY = f"images/2026/11/23/spring-less__{TASK_ID}.png"
ROWS = [{"row": 1, "taskId": TASK_ID, "state": "success", "images": [KEY]}, {"row": 2, "state": "invalid"}]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@pytest.fixture
def ended(stub: Stub) -> Stub:
    image = success()["images"][0] | {"key": KEY}
    stub.says(STATUS, Said(200, success(images=[image])))
    stub.says(LOOK, Said(200, done(stub.url)))
    stub.says("GET /signed/results.jsonl", Said(200, lines(ROWS)))
    return stub


def waited(capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
    return Ran(capsys, "batch", "wait", BATCH_ID, *FAST, *words)


def test_other_results_of_the_same_name_are_left_as_they_are(
    ended: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert waited(capsys).out == "spring.results.jsonl\n"
    assert waited(capsys).out == "spring.results.jsonl\n"  # the very same ones
    ended.says("GET /signed/results.jsonl", Said(200, RESULTS))
    assert waited(capsys).out == "spring-2.results.jsonl\n"
    assert waited(capsys).out == "spring-2.results.jsonl\n"

    assert (tmp_path / "spring.results.jsonl").read_bytes() == lines(ROWS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spring-2.results.jsonl", "spring.results.jsonl"]
    assert waited(capsys, "-o", "new/").out == "new/spring.results.jsonl\n"
    assert waited(capsys, "-o", "spring.results.jsonl").out == "spring.results.jsonl\n"  # as it was told
    assert (tmp_path / "spring.results.jsonl").read_bytes() == RESULTS


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("inbox/spring/cards.CSV", "cards.results.jsonl"),
        ("grüße.jsonl", "grüße.results.jsonl"),
        ("v1.2", "v1.2.results.jsonl"),
        ("../..", "batch.results.jsonl"),
        ("a\x00b", "batch.results.jsonl"),
    ],
)
def test_results_are_named_after_their_batch_and_stay_in_their_folder(name: str, file: str) -> None:
    batch: Batch = batch_from(shown(name=name))
    assert results_name(batch) == file


def test_pictures_are_saved_by_name_and_fetched_once(
    ended: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, second = waited(capsys, "--images", "pictures"), waited(capsys, "--images", "pictures")
    picture = tmp_path / "pictures" / f"spring-less__{TASK_ID}.png"

    assert (first.code, second.code) == (0, 0)
    assert "✓ 1 picture is in pictures" in first.err
    assert "1 of them before" in second.err
    assert [route for route, _, _ in ended.heard].count(IMAGE) == 1

    picture.write_bytes(PICTURE[:-1] + b"?")
    again = waited(capsys, "--images", "pictures", "--json")
    assert picture.read_bytes() == PICTURE
    told = {"folder": "pictures", "saved": 1, "there": 0, "missing": 0, "why": []}
    assert again.json["pictures"] == told


def test_a_folder_that_cannot_be_written_is_found_out_first(
    ended: Stub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")

    assert waited(capsys, "--images", "file").code == 2
    (tmp_path / "rows.csv").write_text("prompt\nx\n")
    with pytest.raises(SystemExit, match="2"):
        Ran(capsys, "batch", "run", "rows.csv", "--no-wait", "--images", "pictures")
    assert ended.heard == []


class Fake:
    """A client whose looks meet: it notes how many went on at once."""

    def __init__(self, error: Exception | None = None) -> None:
        self.lock, self.under_way, self.most = threading.Lock(), 0, 0
        self.full = threading.Barrier(AT_ONCE)
        self.error = error

    def query_task(self, task_id: str) -> Task:
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        self.full.wait(30)
        with self.lock:
            self.under_way -= 1
        if self.error and task_id == "task-0":
            raise self.error
        return task_from(success(taskId=task_id, images=[]))


def fetched_by(client: object, folder: Path) -> Any:
    results = folder / "results.jsonl"
    results.write_bytes(lines([{"taskId": f"task-{n}", "state": "success"} for n in range(4 * AT_ONCE)]))
    with Screen().working("saving pictures") as work:
        return save_pictures(cast(Plantain, client), results, folder / "pictures", work)


def test_four_are_fetched_at_once_and_what_is_gone_stops_no_other(tmp_path: Path) -> None:
    client = Fake(TaskNotFound(404, "Task not found", "task-not-found", ""))

    found = fetched_by(client, tmp_path)

    assert client.most == AT_ONCE == 4
    assert (found.missing, len(found.why)) == (1, 1)
    assert "they lie in the images bucket" in found.why[0]


class Unreachable:
    def __init__(self) -> None:
        self.asked = 0

    def query_task(self, _: str) -> Task:
        self.asked += 1
        raise TransportFailed("no network", arrived="no", charged="no")


def test_without_a_network_it_gives_up_and_says_how_many_are_missing(tmp_path: Path) -> None:
    found = fetched_by(Unreachable(), tmp_path)

    assert (found.saved, found.missing, found.why) == (0, 4 * AT_ONCE, ["no network"])


def test_a_batchs_bar_grows(ended: Stub, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    drawn: list[tuple[str, float, float | None]] = []

    def noted(_: Bar, __: TaskID, *, description: str, completed: float, total: float | None) -> None:
        drawn.append((description.strip(), completed, total))

    monkeypatch.setattr(Bar, "update", noted)
    half = shown(rows=4, counts={"pending": 1, "success": 1, "fail": 1, "invalid": 1})
    ended.says(LOOK, Said(200, shown("checking")), Said(200, half), Said(200, done(ended.url)))

    waited(capsys)

    assert ("1 of 3 made, 1 failed", 2, 3) in drawn
