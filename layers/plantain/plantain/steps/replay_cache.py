"""The replay cache: of the same wishes that ask for it with `cache`, one is drawn, the others get copies.

Each is a job of its own, because each door expects the picture in a place of its own. Who draws is decided where
the money would be spent, when the create is due: by a claim on the canonical form of the wish (canonical.py), for
good and within the caller, so that nobody learns what others have had made. While the first is under way the
others wait, and end as it ends.
"""

from plantain.errors import ClaimInFlight, EarlierFailed, InputGone, JobNotFound
from plantain.inbox.bucket import inbox
from plantain.job import Job, now_ms
from plantain.jobs.claims import Claim, claim_id, claims
from plantain.jobs.reservations import is_free_to_try_again
from plantain.jobs.table import jobs
from plantain.steps.canonical import canonical_form

_LOOKS = 5
SHORTEST_WAIT, LONGEST_WAIT = 3, 900  # s
LATE_SHARE = 10  # it is looked at again after a tenth of its age


def cached_seconds(job: Job) -> int | None:
    """In how many seconds to look again whether an earlier job has made this one's image; 0 if it has.

    None if this job is to be drawn itself. Raises EarlierFailed, InputGone, ClaimInFlight.
    """
    if not job.request.cache:
        return None
    earlier = _earlier(job, job.cache_claim or _noted_claim(job))
    if earlier is None:
        return None
    if earlier.failure:
        raise EarlierFailed(earlier.task_id, earlier.failure)
    jobs().note_cached(job, earlier)
    return 0 if earlier.state == "success" else wait_seconds(job, now_ms())


def draw_instead(job: Job) -> None:
    """The image it was to be given is gone: it is drawn anew, by this job unless another was faster."""
    assert job.cache_claim is not None
    claims().take(Claim(job.cache_claim, job.task_id, lasting=True), instead_of=job.cached_from)


def wait_seconds(job: Job, now: int) -> int:
    """Ever longer, the longer it has waited already."""
    age = (now - job.created_at) // 1000
    return min(max(SHORTEST_WAIT, age // LATE_SHARE), LONGEST_WAIT)


def _noted_claim(job: Job) -> str:
    inputs = [_digest(image) for image in job.request.image_input]
    claim = claim_id(job.caller, "image", canonical_form(job, inputs))
    jobs().note_cache_claim(job, claim)
    return claim


def _digest(reference: str) -> str:
    if inbox().find(reference) is None:
        raise InputGone
    return inbox().digest(reference)


def _earlier(job: Job, claim: str) -> Job | None:
    """The job that stands for the wish; None if it is this one, from now on at the latest."""
    own = Claim(claim, job.task_id, lasting=True)
    for _ in range(_LOOKS):
        standing = claims().find(claim)
        if standing is None:
            if claims().take(own):
                return None
            continue
        if standing.made == job.task_id:
            return None
        earlier = _found(standing.made)
        # What became of the job that it has waited for became of it as well: the same was not wished for twice.
        if earlier and (job.cached_from == earlier.task_id or not is_free_to_try_again(earlier)):
            return earlier
        if claims().take(own, instead_of=standing.made):
            return None
    raise ClaimInFlight


def _found(task_id: str) -> Job | None:
    try:
        return jobs().get(task_id)
    except JobNotFound:
        return None
