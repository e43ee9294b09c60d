"""Fault: a state machine definition in YAML is stored as YAML, and its executions fail as InvalidDefinition.

Seam: the provisioners' _sfn_definition(props) -> text, after it has put in the DefinitionSubstitutions.
Delete this when a state machine deployed from YAML runs.
"""

import json
from typing import Any

import yaml

from local.aws.mends.seam import Function, LambdaHost, replace


def mend(_host: LambdaHost) -> None:
    def make(original: Function) -> Function:
        return lambda props: as_json(original(props))

    replace("services.cloudformation.provisioners", "_sfn_definition", make)


def as_json(definition: str) -> str:
    """The same definition as JSON. Only now, after the substitutions, is an unquoted ${Seconds} a number."""
    try:
        json.loads(definition)
        return definition
    except ValueError:
        document: Any = yaml.safe_load(definition)
        return json.dumps(document)
