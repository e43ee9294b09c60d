"""What one can ask of Plantain, each once, for the blocking and the async client alike."""

import re
import uuid
from collections.abc import Callable, Sequence
from os import PathLike

from plantain_client.account import Account, Health
from plantain_client.asking import CREATE_TRIES, READ_TRIES, ask
from plantain_client.documents import account_from, health_from, page_from, taken_from, task_from
from plantain_client.errors import ApiError, PlantainError, StillRunning, TaskFailed
from plantain_client.exchange import Operation, Send, Sleep
from plantain_client.preset import Variables
from plantain_client.presets import filling
from plantain_client.progress import Progress
from plantain_client.task import Charged, Page, PresetRef, State, Task, TaskRef
from plantain_client.wishes import wish_of

MAX_ATTEMPTS = 90
INTERVAL = 3.0
LONGEST_INTERVAL = 300.0  # seconds: no server keeps a caller asleep for longer

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")

OnProgress = Callable[[Progress], object]


def create_task(
    prompt: str | None = None,
    *,
    preset: str | PresetRef | None = None,
    variables: Variables | None = None,
    style: str | None = None,
    mood: str | None = None,
    composition: str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    output_format: str | None = None,
    image_input: Sequence[str | PathLike[str]] = (),
    max_cost: float | None = None,
    cache: bool = False,
    idempotency_key: str | None = None,
) -> Operation[TaskRef]:
    """Ask for an image; answers as soon as it was taken in (up to about 5 s). What is left out, Plantain chooses.

    Give a prompt, or a `preset` (its name, or `name@version`) with the `variables` that it leaves open; `style`,
    `mood` and `composition` take the place of the preset's own.
    `image_input`: https URLs, keys of `upload`, or paths (`pathlib.Path`), which are uploaded first. What would
    cost more than `max_cost`, in US dollars, is refused. With `cache`
    an image made of the same request with `cache` before will do: it is copied and costs nothing. With an
    `idempotency_key` (1 to 255 visible ASCII characters) the same request gives the same task for 7 days, so it is
    sent again by itself when an answer is lost; without one it is sent once.

    Raises TaskFailed if Kie.ai refuses it at once, CostRefused, other ApiErrors, TransportFailed, NotPlantain.
    """
    headers = {}
    if idempotency_key is not None:
        if not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
            raise ValueError("An idempotency key has 1 to 255 visible ASCII characters.")
        headers["Idempotency-Key"] = idempotency_key
    filled = filling(variables, style, mood, composition, aspect_ratio, resolution, output_format)
    body = yield from wish_of(prompt, preset, filled, image_input, max_cost, cache)
    send = Send("POST", "/api/images/generate", json=body, headers=headers)
    tries = 1 if idempotency_key is None else CREATE_TRIES
    try:
        reply = yield from ask(send, taken_from, tries=tries, charged="unknown")
        return TaskRef(*reply.said, reply.replayed, reply.retry_after)
    except PlantainError as error:
        error.idempotency_key = idempotency_key
        if isinstance(error, ApiError) and error.task_id is not None:
            failed = TaskFailed(error.detail, error.code, error.charged, task_id=error.task_id)
            failed.idempotency_key = idempotency_key
            raise failed from error
        raise


def query_task(task_id: str | TaskRef) -> Operation[Task]:
    """The job as it is now. Raises TaskNotFound, other ApiErrors, TransportFailed, NotPlantain."""
    return (yield from _look(_id_of(task_id), READ_TRIES))[0]


def wait_for_task(
    task_id: str | TaskRef,
    max_attempts: int = MAX_ATTEMPTS,
    interval: float = INTERVAL,
    on_progress: OnProgress | None = None,
) -> Operation[Task]:
    """The job once it is `success`; looks every `interval` seconds, or less often if Plantain asks for that.

    Raises TaskFailed if it ends without an image, and StillRunning if it has not ended after `max_attempts` looks:
    it goes on, and can be waited for again. A look that fails in a way that can pass counts as one; one that
    cannot (KeyRejected, TaskNotFound, other ApiErrors, NotPlantain) is raised at once, with the `task_id` in it.
    """
    task_id = _id_of(task_id)
    tell = on_progress or (lambda _: None)
    state: State | None = None
    charged: Charged = "unknown"
    problem: PlantainError | None = None
    for attempt in range(1, max_attempts + 1):
        pause: float | None
        try:
            task, pause = yield from _look(task_id, 1)
        except PlantainError as error:
            error.task_id = task_id
            if not error.retryable:
                raise
            charged, problem, pause = "unknown", error, error.retry_after
            tell(Progress(task_id, attempt, max_attempts, state, error=error))
        else:
            state, charged, problem = task.state, task.charged, None
            tell(Progress(task_id, attempt, max_attempts, state, task))
            if task.has_ended:
                return _succeeded(task)
        if attempt < max_attempts:
            yield until_next_look(interval, pause)
    raise StillRunning(task_id, state=state, charged=charged, last_error=problem) from problem


def generate(
    prompt: str | None = None,
    *,
    preset: str | PresetRef | None = None,
    variables: Variables | None = None,
    style: str | None = None,
    mood: str | None = None,
    composition: str | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    output_format: str | None = None,
    image_input: Sequence[str | PathLike[str]] = (),
    max_cost: float | None = None,
    cache: bool = False,
    idempotency_key: str | None = None,
    max_attempts: int = MAX_ATTEMPTS,
    interval: float = INTERVAL,
    on_progress: OnProgress | None = None,
) -> Operation[Task]:
    """Create a task and wait for it, under one idempotency key: yours, or a new one.

    Takes and raises what `create_task` and `wait_for_task` do.
    """
    ref = yield from create_task(
        prompt,
        preset=preset,
        variables=variables,
        style=style,
        mood=mood,
        composition=composition,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        output_format=output_format,
        image_input=image_input,
        max_cost=max_cost,
        cache=cache,
        idempotency_key=idempotency_key or str(uuid.uuid4()),
    )
    if on_progress:
        on_progress(Progress(ref.task_id, 0, max_attempts, ref.state))
    if ref.state in ("pending", "processing"):
        yield until_next_look(interval, ref.retry_after)
    return (yield from wait_for_task(ref, max_attempts, interval, on_progress))


def list_page(
    *, limit: int | None = None, cursor: str | None = None, state: State | None = None
) -> Operation[Page]:
    """One page of the caller's own tasks, newest first: at most `limit` (1 to 100)."""
    asked = {"limit": limit, "cursor": cursor, "state": state}
    params = {name: str(value) for name, value in asked.items() if value is not None}
    return (yield from ask(Send("GET", "/api/images", params=params), page_from)).said


def account() -> Operation[Account]:
    """Who the API key belongs to, the server's time and version, and Kie.ai's balance. Raises KeyRejected."""
    return (yield from ask(Send("GET", "/api/account"), account_from)).said


def health() -> Operation[Health]:
    """Whether Plantain is there, and which; needs no API key and sends none."""
    return (yield from ask(Send("GET", "/api/health", keyed=False), health_from)).said


def _look(task_id: str, tries: int) -> Operation[tuple[Task, float | None]]:
    send = Send("GET", "/api/images/status", params={"taskId": task_id})
    reply = yield from ask(send, task_from, tries=tries)
    return reply.said, reply.retry_after


def until_next_look(interval: float, retry_after: float | None) -> Sleep:
    """So many seconds, or as many as Plantain asks for, within reason."""
    return Sleep(max(interval, min(retry_after or 0, LONGEST_INTERVAL)))


def _succeeded(task: Task) -> Task:
    if task.state == "fail":
        raise TaskFailed(task.fail_msg or "", task.fail_code or "", task.charged, task=task)
    return task


def _id_of(task: str | TaskRef) -> str:
    return task if isinstance(task, str) else task.task_id
