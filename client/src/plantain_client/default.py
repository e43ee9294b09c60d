"""The same operations as plain functions, over one client that is made from the environment at first use."""

import functools
import os
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from plantain_client import (
    batch_results,
    batches,
    downloading,
    operations,
    presets,
    schedules,
    spending,
    uploading,
)
from plantain_client.client import Plantain
from plantain_client.exchange import Operation
from plantain_client.settings import KEY_VARIABLE, URL_VARIABLE
from plantain_client.signatures import signature_of
from plantain_client.task import State, Task

P = ParamSpec("P")
T = TypeVar("T")


def default_client() -> Plantain:
    """The client for PLANTAIN_URL and PLANTAIN_API_KEY. Raises NotConfigured."""
    return _client(os.environ.get(URL_VARIABLE, ""), os.environ.get(KEY_VARIABLE, ""))


@functools.cache
def _client(url: str, api_key: str) -> Plantain:
    return Plantain(url, api_key)


def _by_default(operation: Callable[P, Operation[T]]) -> Callable[P, T]:
    @functools.wraps(operation)
    def function(*args: P.args, **kwargs: P.kwargs) -> T:
        return default_client().run(operation(*args, **kwargs))

    function.__signature__ = signature_of(operation, method=False)  # type: ignore[attr-defined]
    return function


create_task = _by_default(operations.create_task)
query_task = _by_default(operations.query_task)
wait_for_task = _by_default(operations.wait_for_task)
generate = _by_default(operations.generate)
upload = _by_default(uploading.upload)
download = _by_default(downloading.download)
list_presets = _by_default(presets.list_presets)
get_preset = _by_default(presets.get_preset)
render_preset = _by_default(presets.render_preset)
list_schedules = _by_default(schedules.list_schedules)
get_schedule = _by_default(schedules.get_schedule)
put_schedule = _by_default(schedules.put_schedule)
delete_schedule = _by_default(schedules.delete_schedule)
list_runs = _by_default(schedules.list_runs)
submit_batch = _by_default(batches.submit_batch)
get_batch = _by_default(batches.get_batch)
confirm_batch = _by_default(batches.confirm_batch)
wait_for_batch = _by_default(batches.wait_for_batch)
download_results = _by_default(batch_results.download_results)
estimate = _by_default(spending.estimate)
usage = _by_default(spending.usage)
account = _by_default(operations.account)
health = _by_default(operations.health)


def list_tasks(*, state: State | None = None, limit: int | None = None) -> Iterator[Task]:
    """The caller's own tasks, newest first, page by page as they are wanted; `limit` of them at most."""
    return default_client().list_tasks(state=state, limit=limit)
