"""`make openapi` writes the API's description: openapi.yaml to read, and the JSON that /openapi.json serves."""

import json
from pathlib import Path
from typing import Any

import yaml

from plantain.even_numbers import evened
from plantain.models import MODELS
from scripts.openapi.document import DEFAULT_MODEL, document

ROOT = Path(__file__).parent.parent.parent
SERVED = ROOT / "functions" / "get_openapi"
_HEAD = "# Written from the code by `make openapi`: change the code, not this.\n"


class _Dumper(yaml.SafeDumper):
    """Writes long texts as they read, and no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def files() -> dict[Path, str]:
    """Every file that is written, and what it should hold."""
    served = {
        SERVED / f"{name}.json": json.dumps(evened(document(model)), ensure_ascii=False, separators=(",", ":"))
        + "\n"
        for name, model in MODELS.items()
    }
    made = evened(document(MODELS[DEFAULT_MODEL]))
    read = yaml.dump(made, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return {ROOT / "openapi.yaml": _HEAD + read, **served}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)
