"""What the pages say to paste is pasted: each block of commands as it stands, in an empty folder, page by page."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from local.pasting import lines_to_paste
from local.running import Running
from tests.e2e.conftest import Caller, Cloud
from tests.e2e.dropping import Person, eventually
from tests.e2e.test_uploads import png
from tests.pages import PAGES, blocks, section

# What installs and deploys is held by tests/scripts; a batch that waits for a yes, by test_batches.
ELSEWHERE = re.compile(r"make |pip |plantain batch confirm ")
TO_FILL_IN = re.compile(r"(export )?\w+=…")
FILLED_IN = {"taskId": "TASK_ID", "batchId": "BATCH_ID", "uploadUrl": "UPLOAD_URL"}
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class Reader:
    """Somebody at a terminal with the lines of `make up`, who fills in what earlier answers have told."""

    def __init__(self, cloud: Cloud, name: str, folder: Path) -> None:
        self.caller: Caller = cloud.caller(name)
        self._folder, self._settings = folder / "empty", folder / "settings"
        self._folder.mkdir()
        tables, inbox, images = (
            cloud.outputs[name] for name in ("ApiKeysTableName", "InboxBucketName", "ImagesBucketName")
        )
        where = Running(cloud.api_url, cloud.endpoint, tables, inbox, images, spends=False)
        self._settings.write_text("\n".join([*lines_to_paste(where), ""]))
        key = self.caller.api.headers["authorization"].removeprefix("Bearer ")
        self.fills_in(PLANTAIN_URL=cloud.api_url, PLANTAIN_API_KEY=key, TASK_ID=self.caller.made()["taskId"])
        self._id = ""

    def has(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)

    def fills_in(self, **values: str) -> None:
        with self._settings.open("a") as settings:
            settings.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())

    def pastes(self, command: str) -> None:
        """Types it, the last id in place of `ID`; waits for what it has started."""
        filled_in = re.sub(r"\bID\b", self._id, command)
        done = subprocess.run(
            ["bash", "-c", f'. "{self._settings}"; set -ea\n{filled_in}\nexport -p > "{self._settings}"'],
            cwd=self._folder,
            env={"HOME": str(self._folder), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert "urn:plantain:problem" not in done.stdout, f"{command}\n{done.stdout}"
        self._goes_on_with(done.stdout)

    def _goes_on_with(self, said: str) -> None:
        answer = json.loads(said) if said.startswith("{") else {}
        self.fills_in(**{name: answer[field] for field, name in FILLED_IN.items() if field in answer})
        if "taskId" in answer:
            self.caller.finished(answer["taskId"])
        if lone := UUID.fullmatch(said.strip()):
            self._id = lone[0]
        if batch := answer.get("batchId") or self._id:
            eventually(lambda: self.caller.api.get(f"/api/batches/{batch}").json()["state"] != "checking")


@pytest.fixture
def reader(cloud: Cloud, request: pytest.FixtureRequest, tmp_path: Path) -> Reader:
    """With the files that the pages speak of."""
    name = re.sub(r"\W+", "-", str(request.node.callspec.params["page"])).lower()
    somebody = Reader(cloud, name, tmp_path)
    for picture in ("leaf.png", "beach.jpg"):
        somebody.has(picture, png())
    somebody.has("cards.csv", blocks(section("content-teams", "Lists (batches)"), "csv")[0].encode())
    somebody.has("weekly-quote.toml", blocks(section("content-teams", "Recurring content"), "toml")[0].encode())
    Person(cloud).drops("presets/product-card.toml", blocks(section("content-teams", "Presets"), "toml")[0])
    return somebody


def commands(page: str) -> list[str]:
    """Those of all its blocks, one by one; one may go over several lines."""
    lines = "".join(blocks(PAGES[page], "sh")).replace("\\\n", "").splitlines()
    return [line for line in lines if line and not ELSEWHERE.match(line) and not TO_FILL_IN.match(line)]


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_every_block_of_commands_does_what_it_says(reader: Reader, page: str) -> None:
    for command in commands(page):
        reader.pastes(command)


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if blocks(text, "python")])
def test_every_block_of_python_runs(reader: Reader, page: str) -> None:
    for code in blocks(PAGES[page], "python"):
        reader.has("page.py", code.encode())
        reader.pastes("rm leaf.png\npython page.py\ntest -s leaf.png")
