"""What could not be processed, in the queue of the stack: shown, or handed once more to the function it was for.

A letter is what Lambda tells of a call it has given up (the event is in it), or the event itself as a rule or a
schedule could not hand it over (whom it was for is beside it). Every function that letters are for may see an
event twice.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

MOST = 1000  # letters of one run
HIDDEN_SECONDS = 60  # how long a letter that was read is seen by nobody else


@dataclass(frozen=True, slots=True)
class Letter:
    """`function` is its name in the template, None if it is none of this stack's or not to be made out.

    `sent_at` is in ms, `why` what is said of the failure, `id` the queue's for as long as it lies there, `handle`
    what it is deleted by.
    """

    id: str
    function: str | None
    event: Any
    why: str
    sent_at: int
    handle: str


class DeadLetters:
    """The queue; `resources` are the stack's, by their logical ids."""

    def __init__(self, resources: dict[str, str], sqs: Any, functions: Any) -> None:
        self._url = resources["DeadLetters"]
        self._functions = functions
        self._sqs = sqs
        self._physical = resources
        self._logical = {physical: logical for logical, physical in resources.items()}

    def letters(self) -> Iterator[Letter]:
        """Each letter once; it stays in the queue, and is seen again after a minute or once it is put back."""
        seen: set[str] = set()
        while len(seen) < MOST:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                AttributeNames=["SentTimestamp"],
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=1,
            )
            fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
            if not fresh:
                return
            seen |= {message["MessageId"] for message in fresh}
            yield from map(self._letter, fresh)

    def put_back(self, letters: Iterable[Letter]) -> None:
        """Let these be seen again at once: who has looked at them may want to hand them over."""
        for letter in letters:
            with suppress(self._sqs.exceptions.MessageNotInflight):  # its minute is over
                self._sqs.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=letter.handle, VisibilityTimeout=0
                )

    def hand_over(self, letter: Letter) -> None:
        """Give it to its function again, and then forget it: what fails again becomes a letter again."""
        assert letter.function is not None
        self._functions.invoke(
            FunctionName=self._physical[letter.function],
            InvocationType="Event",
            Payload=json.dumps(letter.event),
        )
        self.drop(letter)

    def drop(self, letter: Letter) -> None:
        """Forget it."""
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.handle)

    def _letter(self, message: dict[str, Any]) -> Letter:
        attributes = {
            name: row.get("StringValue", "") for name, row in message.get("MessageAttributes", {}).items()
        }
        try:
            body = json.loads(message["Body"])
        except ValueError:
            body = None
        arn, event, why = attributes.get("TARGET_ARN", ""), body, attributes.get("ERROR_MESSAGE", "")
        if attributes.get("IS_PAYLOAD_TRUNCATED") == "true":
            arn, why = "", "The event was too large and is not whole."
        elif isinstance(body, dict) and "requestContext" in body and "requestPayload" in body:
            arn, event = str(body["requestContext"].get("functionArn", "")), body["requestPayload"]
            why = _said(body)
        sent_at = int(message.get("Attributes", {}).get("SentTimestamp", 0))
        function = self._named(arn) if body is not None else None
        return Letter(message["MessageId"], function, event, why, sent_at, message["ReceiptHandle"])

    def _named(self, arn: str) -> str | None:
        """arn:aws:lambda:region:account:function:name, perhaps with a version behind it."""
        parts = arn.split(":")
        return self._logical.get(parts[6]) if len(parts) > 6 and parts[5] == "function" else None


def _said(body: dict[str, Any]) -> str:
    error = body.get("responsePayload")
    if isinstance(error, dict) and "errorMessage" in error:
        return f"{error.get('errorType', 'Error')}: {error['errorMessage']}"
    return str(body["requestContext"].get("condition", ""))
