"""Step Functions: starts, describes and stops executions of the one machine, and ends their waits."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.crashes.interpreter import StateFailed, run
from tests.crashes.loop import Signal
from tests.workflow.machine import definition

if TYPE_CHECKING:
    from tests.crashes.world import World

Call = dict[str, Any]
MACHINE = definition(JobsTable="jobs")
INVOKE, WAIT = "arn:aws:states:::lambda:invoke", "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken"


class Over(Exception):
    """The execution was stopped, or its time is up."""


class Execution:
    """One of them; it is the surroundings of its own machine."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.status, self.error = "RUNNING", ""
        self._until = world.loop.now + MACHINE["TimeoutSeconds"]
        self._waits = 0

    def run(self, data: Any) -> None:
        self.world.loop.current.name = f"execution {self.name[-6:]}"
        try:
            run(MACHINE, data, self)
            self.end("SUCCEEDED")
        except StateFailed as failed:
            self.end("FAILED", failed.error)
        except Over:
            self.end("TIMED_OUT")

    def end(self, status: str, error: str = "") -> None:
        """Once; EventBridge is told of it."""
        if self.status == "RUNNING":
            self.status, self.error = status, error
            self.world.note(f"the execution {self.name[-6:]} is {status} {error}")
            self.world.lambdas.tell_of_end(self)

    def entered(self, state: str) -> None:
        self._check()
        self.world.note(f"→ {state}")

    def sleep(self, seconds: float) -> None:
        self.world.loop.sleep(seconds)
        self._check()

    def jitter(self) -> float:
        return self.world.chance.random()

    def token(self) -> str:
        self._waits += 1
        return f"{self.name}/{self._waits}"

    def task(self, resource: str, parameters: Any, seconds: float) -> Any:
        self._check()
        if resource == INVOKE:
            answer = self.world.lambdas.from_machine(parameters["FunctionName"], parameters["Payload"])
            self._check()
            return {"Payload": answer}
        assert resource == WAIT, resource
        self._wait(parameters, seconds)
        return {}

    def _wait(self, parameters: Any, seconds: float) -> None:
        token = parameters["ExpressionAttributeValues"][":token"]["S"]
        signal = self.world.executions.waits[token] = Signal()
        try:
            self.world.aws.once("dynamodb", "update_item", parameters)
        except ClientError as error:
            raise StateFailed(f"DynamoDb.{error.response['Error']['Code']}") from None
        except BotoCoreError as error:
            raise StateFailed(f"DynamoDb.{type(error).__name__}") from None
        rung = self.world.loop.wait(signal, seconds)
        self.world.executions.waits.pop(token, None)
        self._check()
        if not rung:
            raise StateFailed("States.Timeout")

    def _check(self) -> None:
        if self.status != "RUNNING" or self.world.loop.now >= self._until:
            raise Over


class StepFunctions:
    """The operations by their names in boto3. `waits` are the waits with a token that have not ended."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.all: dict[str, Execution] = {}
        self.waits: dict[str, Signal] = {}

    def start_execution(self, call: Call) -> Call:
        name = call["name"]
        if (found := self.all.get(name)) is None:
            execution = self.all[name] = Execution(self._world, name)
            data = {"taskId": name[:36]}
            self._world.loop.spawn(lambda: execution.run(data), self._world.chance.way())
        elif found.status != "RUNNING":
            raise _error("ExecutionAlreadyExists")
        return {}

    def describe_execution(self, call: Call) -> Call:
        found = self.all.get(call["executionArn"].rpartition(":")[2])
        if found is None:
            raise _error("ExecutionDoesNotExist")
        return {"status": found.status} | ({"error": found.error} if found.error else {})

    def send_task_success(self, call: Call) -> Call:
        if (signal := self.waits.get(call["taskToken"])) is None:
            raise _error("TaskTimedOut")
        self._world.loop.set(signal)
        return {}


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "StepFunctions")
