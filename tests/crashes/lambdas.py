"""Lambda and EventBridge: the real handlers, each run in a process that may die, be run twice or go unheard."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import functions.adopt_job.app
import functions.check_status.app
import functions.create_task.app
import functions.dismiss_job.app
import functions.receive_callback.app
import functions.record_end.app
import functions.record_failure.app
import functions.redrive_job.app
import functions.resend_job.app
import functions.store_image.app
import functions.submit_job.app
import functions.sweep_jobs.app
from plantain.aws import AWS_ERRORS
from plantain.errors import PlantainError
from tests.crashes.interpreter import StateFailed
from tests.workflow.lambdas import Context

if TYPE_CHECKING:
    from tests.crashes.executions import Execution
    from tests.crashes.world import World

Handler = Callable[[Any, Any], Any]
# With the longest it may run, s, as in the template.
HANDLERS: dict[str, tuple[Handler, float]] = {
    "submit_job": (functions.submit_job.app.handler, 29),
    "create_task": (functions.create_task.app.handler, 180),
    "check_status": (functions.check_status.app.handler, 60),
    "store_image": (functions.store_image.app.handler, 300),
    "record_failure": (functions.record_failure.app.handler, 15),
    "record_end": (functions.record_end.app.handler, 60),
    "receive_callback": (functions.receive_callback.app.handler, 15),
    "sweep_jobs": (functions.sweep_jobs.app.handler, 300),
    "adopt_job": (functions.adopt_job.app.handler, 60),
    "resend_job": (functions.resend_job.app.handler, 60),
    "redrive_job": (functions.redrive_job.app.handler, 60),
    "dismiss_job": (functions.dismiss_job.app.handler, 60),
}
FORESEEN = (PlantainError, *AWS_ERRORS)
OPERATORS = frozenset({"adopt_job", "resend_job", "redrive_job", "dismiss_job"})
_RETRIES, _RETRY_SECONDS = 2, 60  # of Lambda, for what nobody waits for


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, whatever it would still catch."""


class Crashed(Exception):
    """What its caller hears of a process that died."""


class Process:
    """One run of a function, until `ends` (s) at the latest."""

    def __init__(self, name: str, ends: float) -> None:
        self.name, self.ends, self.dead = name, ends, False


class Lambdas:
    """`from_machine` is the state machine's own way to call one; the operations in boto3 are below."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def run(self, name: str, event: Any) -> Any:
        """Once, in whoever calls it. Raises Crashed, or what the handler raises."""
        handler, seconds = HANDLERS[name]
        return self.process(name, seconds, lambda: handler(json.loads(json.dumps(event)), Context(name)))

    def process(self, name: str, seconds: float, work: Callable[[], Any]) -> Any:
        """The work in a process of its own."""
        world = self._world
        worker, world.runs = world.loop.current, world.runs + 1
        outer = worker.carries
        worker.carries = Process(f"{name} {world.runs}", world.loop.now + seconds)
        try:
            answer = work()
            world.may_die("before its answer")
            world.note("ends")
            return answer
        except Killed:
            raise Crashed(name) from None
        except Exception as error:
            world.note(f"ends with {error!r}")
            world.promises.hold(isinstance(error, FORESEEN), f"{name} broke: {error!r}")
            raise
        finally:
            worker.carries = outer

    def beside(self, name: str, event: Any, after: float = 0.0) -> None:
        """Once, beside everything else; nobody hears how it ends."""

        def unheard() -> None:
            try:
                self.run(name, event)
            except Exception:
                return

        self._world.loop.spawn(unheard, after)

    def from_machine(self, arn: str, event: Any) -> Any:
        """Raises StateFailed as the state machine sees it."""
        name, chance = arn.rpartition(":")[2], self._world.chance
        if chance.happens("no room"):
            raise StateFailed("Lambda.TooManyRequestsException")
        if chance.happens("run doubled"):
            self.beside(name, event, chance.in_a_while(60))
        if chance.happens("run unheard"):
            self.beside(name, event)
            self._world.loop.sleep(chance.in_a_while(60))
            raise StateFailed("Lambda.SdkClientException")
        self._world.loop.sleep(chance.way())
        try:
            return self.run(name, event)
        except Crashed:
            raise StateFailed("Lambda.Unknown") from None
        except Exception as error:
            raise StateFailed(type(error).__name__) from None

    def invoke(self, call: Any) -> dict[str, Any]:
        """As an event: tried again a few times, and then left to the dead letters."""
        name, event = call["FunctionName"].rpartition(":")[2], json.loads(call["Payload"])
        self._world.loop.spawn(lambda: self._as_event(name, event), self._world.chance.way())
        return {}

    def _as_event(self, name: str, event: Any) -> None:
        for number in range(_RETRIES + 1):
            try:
                self.run(name, event)
                return
            except Exception:
                self._world.loop.sleep(_RETRY_SECONDS * (number + 1))
        self._world.note(f"a dead letter of {name}")

    def tell_of_end(self, execution: "Execution") -> None:
        """EventBridge brings it to record_end: mostly once, at times never."""
        chance = self._world.chance
        detail = {"name": execution.name, "status": execution.status, "error": execution.error}
        for _ in range(1 + chance.happens("event doubled") - chance.happens("event lost")):
            after = chance.in_a_while(120)
            self._world.loop.spawn(lambda: self._as_event("record_end", {"detail": detail}), after)
