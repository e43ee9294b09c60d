"""The only module that knows how presets are kept in the table: each version that was ever used, for good."""

import os
from functools import cache
from typing import Any

from plantain.aws import client
from plantain.items import from_attributes, to_attributes
from plantain.job import now_ms
from plantain.presets.file import PresetFile


class PresetArchive:
    """Presets as they were when they were used, by name and version."""

    def __init__(self, table: str, dynamodb: Any) -> None:
        self._table = table
        self._dynamodb = dynamodb

    def keep(self, file: PresetFile) -> None:
        """Write it down, unless it stands there already: what has this version says the same."""
        values = {
            "id": _id(file.name, file.version),
            "content": file.content.decode(),
            "brand": file.brand.decode() if file.brand is not None else None,
            "isShipped": file.is_shipped,
            "firstUsedAt": now_ms(),
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=to_attributes(values),
                ConditionExpression="attribute_not_exists(id)",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def find(self, name: str, version: str) -> PresetFile | None:
        """The preset as it was in that version; None if it was never used."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=to_attributes({"id": _id(name, version)}))
        if "Item" not in answer:
            return None
        values = from_attributes(answer["Item"])
        brand = values["brand"].encode() if "brand" in values else None
        return PresetFile(name, values["content"].encode(), brand, values["isShipped"])


def _id(name: str, version: str) -> str:
    return f"preset#{name}@{version}"


@cache
def preset_archive() -> PresetArchive:
    """The configured table, reached at first use."""
    return PresetArchive(os.environ["JOBS_TABLE"], client("dynamodb"))
