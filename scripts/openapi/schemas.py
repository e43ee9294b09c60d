"""The schemas: made of the very types that the handlers check with and answer with."""

import ast
import importlib
import inspect
import textwrap
import types
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.alias_generators import to_camel

from plantain.batches.answers import BatchAccepted, BatchStatus
from plantain.batches.request import BatchRequest
from plantain.http import problem_details
from plantain.inbox.answers import UploadPlace
from plantain.inbox.file_kinds import BATCH_EXTENSIONS, IMAGE_EXTENSIONS
from plantain.inbox.upload_request import UploadRequest
from plantain.jobs.answers import TaskAccepted, TaskPage
from plantain.kie.answers import Account, Health
from plantain.models import Model
from plantain.network.addresses import MAX_URL_LENGTH
from plantain.planning.answers import Estimate, Rendering
from plantain.presets.answers import PresetInFull, PresetList
from plantain.schedules.answers import RunPage, ScheduleList, ScheduleState
from plantain.schedules.schedule import MAX_REQUESTS, ScheduleRequest
from plantain.spending.answers import Usage
from plantain.wishes.preset_wish import MAX_VARIABLES, PRESET, PresetFilling, PresetRequest
from plantain.wishes.request import GenerateRequest

Schema = dict[str, Any]

PREFIX = "#/components/schemas/"
_ROOTS = (
    GenerateRequest,
    PresetRequest,
    PresetFilling,
    ScheduleRequest,
    BatchRequest,
    UploadRequest,
    TaskAccepted,
    TaskPage,
    PresetList,
    PresetInFull,
    Rendering,
    Estimate,
    Usage,
    ScheduleList,
    ScheduleState,
    RunPage,
    BatchAccepted,
    BatchStatus,
    UploadPlace,
    Account,
    Health,
    problem_details.ProblemDetails,
    problem_details.GatewayMessage,
)
_ANSWERS = [
    importlib.import_module(f"plantain.{room}.answers")
    for room in ("batches", "inbox", "jobs", "kie", "pace", "planning", "presets", "schedules", "spending")
]
_TYPES: dict[str, Any] = {
    **vars(problem_details),
    **{name: kind for module in _ANSWERS for name, kind in vars(module).items()},
    **{kind.__name__: kind for kind in _ROOTS},
}
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UPLOAD = rf"^uploads/[a-z0-9][a-z0-9._-]{{0,63}}/{_UUID}\."
UPLOAD_KEY = rf"{_UPLOAD}({'|'.join(IMAGE_EXTENSIONS.values())})$"
BATCH_KEY = rf"{_UPLOAD}({'|'.join(BATCH_EXTENSIONS.values())})$"


def ref(kind: type) -> Schema:
    """A reference to the schema of one of these types."""
    return {"$ref": PREFIX + kind.__name__}


def schemas(model: Model) -> dict[str, Schema]:
    """Every schema by name; the limits of a wish are the model's."""
    found: dict[str, Schema] = {}
    for kind in _ROOTS:
        schema = TypeAdapter(kind).json_schema(ref_template=PREFIX + "{model}")
        found |= schema.pop("$defs", {})
        found[kind.__name__] = schema
    described = {name: _described(found[name], _TYPES[name]) for name in sorted(found)}
    described["GenerateRequest"]["properties"]["prompt"] |= {
        "minLength": 1,
        "maxLength": model.prompt_length,
        "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
    }
    described["PresetRequest"]["properties"]["preset"]["pattern"] = f"^{PRESET}$"
    for wish in ("GenerateRequest", "PresetRequest", "PresetFilling"):
        _limit(described[wish]["properties"], model)
    for filling in ("PresetRequest", "PresetFilling"):
        described[filling]["properties"]["variables"]["maxProperties"] = MAX_VARIABLES
        for name in ("aspectRatio", "resolution", "outputFormat"):
            del described[filling]["properties"][name]["default"]  # it is the preset's
    requests = described["ScheduleRequest"]["properties"]["requests"]
    requests |= {"minItems": 1, "maxItems": MAX_REQUESTS}
    described["BatchRequest"]["properties"]["key"]["pattern"] = BATCH_KEY
    described["BatchRequest"]["properties"]["name"]["pattern"] = r"\S"
    return described


def _described(schema: Schema, kind: type) -> Schema:
    """Each field with the text that stands under it in the code; required fields first, no titles."""
    texts = _texts_under_fields(kind)
    required = schema.get("required", [])
    fields = sorted(schema["properties"].items(), key=lambda field: field[0] not in required)
    closed = {"additionalProperties": False} if schema.get("additionalProperties") is False else {}
    return {
        "type": "object",
        "description": schema["description"],
        "properties": {name: _nullable(field) | {"description": texts[name]} for name, field in fields},
        **({"required": required} if required else {}),
        **closed,
    }


def _nullable(field: Schema) -> Schema:
    """The type first, and `type: [string, "null"]` where pydantic writes an anyOf of the two."""
    field = {name: value for name, value in field.items() if name != "title"}
    if "anyOf" in field and "type" in (of := field["anyOf"][0]):
        field = of | {"type": [of["type"], "null"]}
    return {"type": field.pop("type"), **field} if "type" in field else field


def _texts_under_fields(kind: type) -> dict[str, str]:
    texts: dict[str, str] = {}
    for base in types.get_original_bases(kind):
        if base.__module__.startswith("plantain.") and inspect.isclass(base):
            texts |= _texts_under_fields(base)
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    for field, text in zip(definition.body, definition.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                texts[to_camel(name) if issubclass(kind, BaseModel) else name] = " ".join(words.split())
    return texts


def _limit(fields: dict[str, Schema], model: Model) -> None:
    fields["aspectRatio"]["enum"] = list(model.aspect_ratios)
    fields["resolution"]["enum"] = list(model.resolutions)
    fields["outputFormat"]["enum"] = list(model.output_formats)
    url = {"type": "string", "format": "uri", "pattern": "^https://", "maxLength": MAX_URL_LENGTH}
    key = {"type": "string", "pattern": UPLOAD_KEY}
    fields["imageInput"] |= {"maxItems": model.image_inputs, "items": {"anyOf": [url, key]}}
