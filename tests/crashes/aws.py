"""Where every call of boto3's comes by: before and after it a process may die, and its answer may be lost."""

from typing import TYPE_CHECKING, Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from tests.crashes.bucket import S3
from tests.crashes.table import Dynamodb

if TYPE_CHECKING:
    from tests.crashes.world import World

Call = dict[str, Any]
TRIES = 2  # as plantain/aws.py has botocore do it
_READS = ("get", "describe", "list", "head", "query", "transact_get_items")
_THROTTLED: Any = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
_MEETING = ("transact_get_items",)  # reads that DynamoDB turns away where they meet a transaction


class Parameters:
    """Systems Manager and Secrets Manager: texts by their names."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def put_parameter(self, call: Call) -> Call:
        self.texts[call["Name"]] = call["Value"]
        return {}

    def get_parameter(self, call: Call) -> Call:
        return {"Parameter": {"Value": self.texts[call["Name"]]}}

    def create_secret(self, call: Call) -> Call:
        self.texts[call["Name"]] = call["SecretString"]
        return {}

    def get_secret_value(self, call: Call) -> Call:
        return {"SecretString": self.texts[call["SecretId"]]}


class Events:
    """EventBridge, for what the stack tells others: nobody listens."""

    def put_events(self, call: Call) -> Call:
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "x"} for _ in call["Entries"]]}


class Aws:
    """All services of one schedule, by their names in boto3."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.dynamodb = Dynamodb(lambda: world.loop.now, world.promises.written, world.index_lag)
        self.s3 = S3()
        parameters = Parameters()
        self._services: dict[str, Any] = {
            "dynamodb": self.dynamodb,
            "s3": self.s3,
            "ssm": parameters,
            "secretsmanager": parameters,
            "stepfunctions": world.executions,
            "lambda": world.lambdas,
            "events": Events(),
        }

    def call(self, client: BaseClient, service: str, operation: str, call: Call) -> Call:
        """As botocore does it: with a second try, which carries the same token of a transaction."""
        if operation == "transact_write_items":
            call = {"ClientRequestToken": self._world.secrets.token_hex(16)} | call
        try:
            for _ in range(TRIES - 1):
                try:
                    return self.once(service, operation, call)
                except (ConnectTimeoutError, ReadTimeoutError, Throttled):
                    self._world.pass_time(self._world.chance.random())
            return self.once(service, operation, call)
        except ClientError as error:
            raise modeled(client, error, operation) from None

    def once(self, service: str, operation: str, call: Call) -> Call:
        """One try."""
        world, chance = self._world, self._world.chance
        if not world.begun:
            return self._do(service, operation, call)
        writes = not operation.startswith(_READS)
        what = f"{service}.{operation}"
        if writes:
            world.may_die(f"before {what}")
        world.pass_time(chance.way())
        if chance.happens("aws unreached"):
            raise ConnectTimeoutError(endpoint_url=service)
        if service == "dynamodb" and (writes or operation in _MEETING) and chance.happens("aws conflict"):
            world.note(f"{what}: meets a transaction")
            raise conflict(operation)
        if chance.happens("aws throttled"):
            raise Throttled(_THROTTLED, operation)
        try:
            answer = self._do(service, operation, call)
        finally:
            if writes:
                world.note_call(what, call)
        if writes:
            world.may_die(f"after {what}")
        if chance.happens("aws lost"):
            world.note(f"{what}: its answer is lost")
            world.pass_time(5)
            raise ReadTimeoutError(endpoint_url=service)
        world.pass_time(chance.way())
        return answer

    def _do(self, service: str, operation: str, call: Call) -> Call:
        answer: Call = getattr(self._services[service], operation)(call)
        return answer


def conflict(operation: str) -> ClientError:
    """Somebody else's transaction was just writing the same item; not done."""
    code, reasons = "TransactionConflictException", []
    if operation.startswith("transact"):
        code, reasons = "TransactionCanceledException", [{"Code": "TransactionConflict"}]
    answer: Any = {"Error": {"Code": code}, "CancellationReasons": reasons}
    return ClientError(answer, operation)


class Throttled(ClientError):
    """Certainly not done."""


def modeled(client: BaseClient, error: ClientError, operation: str) -> ClientError:
    """As boto3 raises it: of the class that its service has for the code."""
    kind: Any = client.exceptions.from_code(error.response["Error"]["Code"])
    raised: ClientError = kind(error.response, operation)
    return raised
