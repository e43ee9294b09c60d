"""Ten thousand callbacks, a hundred at once, true ones and others, while the jobs they are about are drawn."""

from collections import Counter
from dataclasses import replace
from typing import Any

from local.twin.callbacks import signature
from local.twin.settings import Settings
from local.twin.timeline import Task
from plantain.kie.callbacks import MAX_AGE_SECONDS
from tests.crashes.bells import posted
from tests.crashes.seams import installed, schedule
from tests.crashes.world import WEBHOOK_KEY, World

RINGS, AT_ONCE, WISHES = 10_000, 100, 30
PATH = "/api/callbacks/kie"

# Each kind of ring with the answer it gets; the true ones ring.
ANSWERS = {
    "true": 200,
    "about another task": 200,
    "unsigned": 403,
    "wrong key": 403,
    "old": 403,
    "another's address": 404,
    "no address": 404,
    "no task": 403,
}


def sent(kind: str, task: Task, other: Task, now: float) -> dict[str, Any]:
    """The call that such a ring is."""
    address = (task.call_back_url or "").rpartition("/")[2]
    task_id, _, secret = address.partition(".")
    others = (other.call_back_url or "").rpartition("/")[2].partition(".")[0]
    match kind:
        case "another's address":
            address = f"{others}.{secret}"
        case "no address":
            address = f"{task_id}.{secret[:-1]}"
    named = other.task_id if kind == "about another task" else "" if kind == "no task" else task.task_id
    stamp = str(int(now) - (MAX_AGE_SECONDS + 60 if kind == "old" else 0))
    key = "a guess" if kind == "wrong key" else WEBHOOK_KEY
    headers = {"x-webhook-timestamp": stamp, "x-webhook-signature": signature(key, named, stamp)}
    return posted(f"{PATH}/{address}", {"data": {"taskId": named}}, {} if kind == "unsigned" else headers)


def test_ten_thousand_callbacks_at_once_change_nothing_but_when_is_looked() -> None:
    answers: Counter[tuple[str, int]] = Counter()

    def rings(world: World) -> None:
        """One of those who ring, one ring after the other."""
        chance, loop = world.chance, world.loop
        for _ in range(RINGS // AT_ONCE):
            tasks = list(world.kie.store.tasks.values())
            kind = chance.choice(list(ANSWERS))
            task, other = chance.sample(tasks, 2)
            call = sent(kind, task, other, loop.now)
            answers[kind, world.lambdas.run("receive_callback", call)["statusCode"]] += 1
            loop.sleep(chance.random())

    with installed():
        world = schedule(0)
        world.chance.calm = True
        world.set_up(WISHES, Settings(draw_seconds=30.0, webhook_key=WEBHOOK_KEY), rings=True)
        wishes = enumerate(world.people.wishes)
        world.people.wishes = [replace(one, prompt=f"{at} {one.prompt}", settings={}) for at, one in wishes]
        world.people.begin(1.0)
        for _ in range(AT_ONCE):
            world.loop.spawn(lambda: rings(world), 5.0 + world.chance.random())
        outcome = world.outcome()

    assert not outcome.broken, "\n".join(outcome.trace)
    assert {kind for kind, _ in answers} == set(ANSWERS)
    assert all(status == ANSWERS[kind] for kind, status in answers), answers
    assert answers.total() == RINGS
    tasks = world.kie.store.tasks.values()
    assert len(tasks) == WISHES
    assert outcome.counts["ended success "] > WISHES / 2  # the others are those that Kie.ai is to fail
    # Who cannot ring has nobody look: besides the true rings there is one of the end, and the safety's.
    assert sum(task.polls for task in tasks) <= answers["true", 200] + 3 * WISHES
