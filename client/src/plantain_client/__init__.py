"""Ask Plantain for images.

    import plantain_client as plantain

    task = plantain.generate("A plantain leaf in the morning light")
    plantain.download(task, "leaf.png")

The functions use PLANTAIN_URL and PLANTAIN_API_KEY. `Plantain(url, api_key)` and `AsyncPlantain(url, api_key)`
have the same as methods. Every error is a PlantainError and says what it has cost: see `plantain_client.errors`.
"""

from plantain_client.account import Account, Health, KieAccount
from plantain_client.async_client import AsyncPlantain
from plantain_client.batch import BadRow, Batch, BatchRef, RowCounts
from plantain_client.client import Plantain
from plantain_client.default import (
    account,
    confirm_batch,
    create_task,
    delete_schedule,
    download,
    download_results,
    generate,
    get_batch,
    get_preset,
    get_schedule,
    health,
    list_presets,
    list_runs,
    list_schedules,
    list_tasks,
    put_schedule,
    query_task,
    render_preset,
    submit_batch,
    upload,
    wait_for_batch,
    wait_for_task,
)
from plantain_client.errors import (
    ApiError,
    BatchNotFound,
    BatchRunning,
    DamagedImage,
    IdempotencyKeyReused,
    ImageGone,
    InvalidRequest,
    KeptElsewhere,
    KeyRejected,
    NotConfigured,
    NotPlantain,
    PlantainError,
    PresetNotFound,
    ScheduleNotFound,
    StillRunning,
    StorageRefused,
    TaskFailed,
    TaskNotFound,
    TooManyRequests,
    TransportFailed,
    UnusableFile,
    UnusableRows,
)
from plantain_client.preset import Preset, Rendering, Variable
from plantain_client.progress import Progress
from plantain_client.schedule import Run, RunJob, RunPage, Schedule
from plantain_client.task import Cost, Image, Page, PresetRef, Task, TaskRef
from plantain_client.version import __version__

__all__ = [
    "Account",
    "ApiError",
    "AsyncPlantain",
    "BadRow",
    "Batch",
    "BatchNotFound",
    "BatchRef",
    "BatchRunning",
    "Cost",
    "DamagedImage",
    "Health",
    "IdempotencyKeyReused",
    "Image",
    "ImageGone",
    "InvalidRequest",
    "KeptElsewhere",
    "KeyRejected",
    "KieAccount",
    "NotConfigured",
    "NotPlantain",
    "Page",
    "Plantain",
    "PlantainError",
    "Preset",
    "PresetNotFound",
    "PresetRef",
    "Progress",
    "Rendering",
    "RowCounts",
    "Run",
    "RunJob",
    "RunPage",
    "Schedule",
    "ScheduleNotFound",
    "StillRunning",
    "StorageRefused",
    "Task",
    "TaskFailed",
    "TaskNotFound",
    "TaskRef",
    "TooManyRequests",
    "TransportFailed",
    "UnusableFile",
    "UnusableRows",
    "Variable",
    "__version__",
    "account",
    "confirm_batch",
    "create_task",
    "delete_schedule",
    "download",
    "download_results",
    "generate",
    "get_batch",
    "get_preset",
    "get_schedule",
    "health",
    "list_presets",
    "list_runs",
    "list_schedules",
    "list_tasks",
    "put_schedule",
    "query_task",
    "render_preset",
    "submit_batch",
    "upload",
    "wait_for_batch",
    "wait_for_task",
]
