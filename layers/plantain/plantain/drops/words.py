"""What people are told of a file they have dropped: what is wrong with it, and what to do."""

from collections.abc import Sequence

from plantain.drops.dropped import ending_of
from plantain.inbox.file_kinds import BATCH_ENDINGS, IMAGE_ENDINGS
from plantain.job import Job
from plantain.jobs.failure_words import words_of
from plantain.reports.failed_text import failed_text

AGAIN = "Change that, and drop the file again."
SMALLER = "Save the picture in a smaller size, and drop that."
NO_PICTURE = (
    "Open it in a program for pictures, save it as PNG, JPEG or WebP, and drop that. To change the ending of a "
    "file's name does not change what is in it."
)
OWN = "To have it worked over, save it on your computer first, and drop it from there."
KINDS = (
    "Drop one of these instead.\n"
    f"A picture ({', '.join(IMAGE_ENDINGS)}): put it into a folder that is named as a preset.\n"
    "A text (.txt): what is to be drawn, in your own words.\n"
    "A request (.toml or .json): a prompt or a preset, with settings.\n"
    f"A list ({' or '.join(BATCH_ENDINGS)}): many requests, one in each row."
)


def refused_text(key: str, problems: Sequence[str], advice: str = AGAIN) -> str:
    """Why no picture is made of a file; nothing has been sent."""
    return failed_text(f"No picture was made from {key}.", problems, charged="no", advice=advice)


def unknown_kind(key: str) -> str:
    """What is wrong with a file whose ending says nothing to Plantain."""
    ending = ending_of(key)
    what = f"a file that ends in {ending}" if ending else "a file whose name has no ending such as .jpg or .txt"
    return f"Plantain does not know what to do with {what}."


def failed_job_text(job: Job) -> str:
    """Why a job has made no picture. It must have failed."""
    assert job.failure is not None
    what, advice = words_of(job.failure)
    subject = f"No picture was made from {job.source.key}." if job.source else "No picture was made."
    problems = [what, f"The number of this job is {job.task_id}."]
    return failed_text(subject, problems, charged=job.failure.charged, advice=advice)
