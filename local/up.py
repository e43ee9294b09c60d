"""Keeps everything running on this machine, and says how to call it."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from local.aws.sam import parameter_faults
from local.choose_kie import price, real_or_none
from local.cloud import SOURCES, LocalCloud
from local.pasting import AWS_CLI, lines_to_paste
from local.running import noted_as_running, running_of
from local.terminal import Progress, bold, faint, show_logs

CALLER = "me"


def up(*, real: bool, draw_seconds: float, state: Path | None, parameters: dict[str, str], logs: bool) -> int:
    """Start, say how to call it, and stay until a Ctrl-C or SIGTERM. `parameters` are the template's."""
    if faults := parameter_faults(SOURCES, parameters):
        raise SystemExit(f"PARAMETERS: {' '.join(faults)}")
    kie = real_or_none(real)
    with ExitStack() as started:
        if state:
            started.enter_context(_alone_in(state))
        with Progress("Starting AWS on this machine"):
            logged = show_logs if logs else None
            state_dir = state and state.absolute()
            cloud = started.enter_context(
                LocalCloud(
                    kie,
                    draw_seconds=draw_seconds,
                    parameters=parameters,
                    state_dir=state_dir,
                    log_lines=logged,
                )
            )
        started.enter_context(noted_as_running(cloud))
        _say_how(cloud, cloud.create_key(CALLER))
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    print("\nStopped.")
    return 0


@contextmanager
def _alone_in(state: Path) -> Iterator[None]:
    """Two that keep their things in one folder would write over each other's. Raises SystemExit."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"Another `make up` keeps its things in {state}: end it, or name another folder."
            ) from None
        yield


def _say_how(cloud: LocalCloud, key: str) -> None:
    free = faint("Images are drawn by the twin of Kie.ai; nothing is spent.")
    spending = free if cloud.kie.twin_url else f"Every image costs {price('2K')} or more at Kie.ai."
    to_paste = "\n".join(lines_to_paste(running_of(cloud)))
    how_to_get_it = "" if AWS_CLI.exists() else faint("; make aws-cli, once, brings the AWS CLI")
    print(
        f"""
{bold("Plantain runs on this machine.")}
{spending}
{faint("Paste into another terminal, in any folder:")}

export PLANTAIN_URL={cloud.api_url}
export PLANTAIN_API_KEY={key}
{to_paste}

{faint("# create: answers 202 with the task id")}
TASK_ID=$(curl -sSf "$PLANTAIN_URL/api/images/generate" \\
  -H "Authorization: Bearer $PLANTAIN_API_KEY" -H "Content-Type: application/json" \\
  -d '{{"prompt": "A plantain leaf in the morning light"}}' \\
  | sed -nE 's/.*"taskId": *"([^"]+)".*/\\1/p'); echo "$TASK_ID"

{faint("# status: every 3 s until it is done")}
while JOB=$(curl -sSf "$PLANTAIN_URL/api/images/status?taskId=$TASK_ID" \\
  -H "Authorization: Bearer $PLANTAIN_API_KEY"); do
  echo "$JOB"; case $JOB in *'"state": "success"'*|*'"state": "fail"'*) break;; esac; sleep 3
done

{faint("# download: a redirect to a fresh link; the picture is leaf.png in your folder")}
curl -sSLf "$PLANTAIN_URL/api/images/$TASK_ID/image" \\
  -H "Authorization: Bearer $PLANTAIN_API_KEY" -o leaf.png

{faint("# or all three at once, with the command (--help says what else it does)")}
plantain generate "A plantain leaf in the evening light" -o evening.png
plantain doctor

{faint("# or drop a file, and look for its picture")}{how_to_get_it}
aws s3 cp leaf.png "s3://$INBOX/inbox/recolor/"
aws s3 ls --recursive "s3://$IMAGES/images/"

{faint("# make demo-drop drops a photo, a text, a list and a schedule, and shows what comes of them.")}
{faint(f"# This is the key of the caller {CALLER}; make key NAME=alice makes another.")}
{faint("# Ctrl-C ends everything.")}""",
        flush=True,
    )
