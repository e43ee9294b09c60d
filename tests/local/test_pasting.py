"""What `make up` and `make demo-drop` print to be pasted leads any terminal, in any folder, to what runs here."""

import os
import subprocess
import sys
from pathlib import Path

from local.pasting import lines_to_paste
from local.running import Running

CLOUD = Running("http://127.0.0.1:1", "http://127.0.0.1:2", "keys", "the-inbox", "the-images", spends=False)


def pasted(*more: str, **environment: str) -> str:
    script = "\n".join([*lines_to_paste(CLOUD), "cd /", *more])
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, env=os.environ | environment
    )
    return done.stdout.strip()


def test_the_commands_are_found_after_a_change_of_folder_and_python_is_the_one_with_the_client() -> None:
    *found, path = pasted("command -v plantain python", 'printf %s "$PATH"').splitlines()

    assert found == [str(Path(sys.executable).with_name(name)) for name in ("plantain", "python")]
    assert path.split(":")[1].endswith("/.tools/aws/bin")
    assert path.endswith(os.environ["PATH"])


def test_the_buckets_are_named_and_a_persons_own_settings_do_not_matter() -> None:
    words = 'echo "$INBOX $IMAGES $AWS_ENDPOINT_URL ${AWS_PROFILE-none} ${AWS_SESSION_TOKEN-none}"'

    assert pasted(words, AWS_PROFILE="nobody", AWS_SESSION_TOKEN="t", AWS_REGION="eu-west-1") == (
        "the-inbox the-images http://127.0.0.1:2 none none"
    )
    assert pasted("echo $AWS_REGION", AWS_REGION="eu-west-1") == "us-east-1"
