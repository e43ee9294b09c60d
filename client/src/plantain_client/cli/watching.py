"""Shows the looks at a task that is waited for, and says once why one waits that is not sent."""

from plantain_client import Plantain, PlantainError, Progress
from plantain_client.cli.screen import Screen
from plantain_client.cli.telling import here, pause_in_words
from plantain_client.cli.work import Work


class Watch:
    """What `on_progress` calls."""

    def __init__(self, client: Plantain, screen: Screen, work: Work) -> None:
        self._client, self._screen, self._work = client, screen, work
        self._has_asked = False

    def __call__(self, look: Progress) -> None:
        """Show this look."""
        if look.attempt == 0 or self._screen.task_id is None:
            self._screen.task_id = look.task_id
            self._screen.note(f"task {look.task_id}")
        self._screen.charged = look.task.charged if look.task else "unknown"
        if look.error:
            self._work.say(f"no answer, look {look.attempt} of {look.max_attempts}")
            return
        self._work.say(f"{look.state}" + (" (late)" if look.task and look.task.late else ""))
        if look.task and look.task.state == "pending" and look.task.charged == "no":
            self._tell_of_a_pause()

    def _tell_of_a_pause(self) -> None:
        """Asked once: the account asks Kie.ai for its balance as well."""
        if self._has_asked:
            return
        self._has_asked = True
        tell_of_a_pause(self._client, self._screen)


def tell_of_a_pause(client: Plantain, screen: Screen) -> None:
    """Say why a job that is not sent waits, if creates are paused."""
    try:
        paused = client.account().paused
    except PlantainError:
        return  # the job is none the worse
    if paused:
        screen.note(pause_in_words(paused.by, paused.reason, here(paused.since)))
        screen.note("The job waits, loses nothing and has cost nothing; it is sent when they go on.")
