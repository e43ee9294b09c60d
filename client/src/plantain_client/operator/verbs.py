"""Calls what an operator may do: Lambda functions of the stack that no URL leads to."""

import json
from typing import Any

READ_SECONDS = 70  # the functions have 60


class Refused(Exception):
    """The function says no, or cannot do it; `kind` is the name of its error."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(what)
        self.kind = kind


class Verbs:
    """The functions by their names in the template; `resources` are the stack's, by their logical ids."""

    def __init__(self, resources: dict[str, str], functions: Any) -> None:
        self._resources = resources
        self._functions = functions

    def call(self, name: str, **event: Any) -> dict[str, Any]:
        """What the function answers. Raises Refused."""
        answer = self._functions.invoke(FunctionName=self._resources[name], Payload=json.dumps(event))
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            kind = said.get("errorType", "")
            raise Refused(kind, said.get("errorMessage", "The function did not answer."))
        return said
