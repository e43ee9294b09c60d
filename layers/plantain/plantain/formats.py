"""The formats of the texts that the HTTP API answers, as openapi.yaml names them."""

from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True, slots=True)
class Format:
    """A JSON Schema `format`, for whoever makes a schema of these types; nothing checks it here."""

    name: str

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core_schema), "format": self.name}


Moment = Annotated[str, Format("date-time")]
Day = Annotated[str, Format("date")]
Url = Annotated[str, Format("uri")]
Uuid = Annotated[str, Format("uuid")]
