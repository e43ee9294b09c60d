"""What every door does with a batch: reserve it, start its execution."""

from plantain.batches.batch import Batch, new_batch
from plantain.batches.executions import batch_executions
from plantain.batches.records import batch_records
from plantain.errors import ClaimInFlight
from plantain.job import Door, Source
from plantain.jobs.claims import Claim, claim_id, claims
from plantain.refusals import IdempotencyKeyReused


def take_in_batch(
    *,
    caller: str,
    door: Door,
    reference: str,
    name: str,
    idempotency_key: str | None,
    fingerprint: str = "",
    source: Source | None = None,
    stem: str = "",
) -> Batch:
    """The reserved and started batch; the same one for the same key.

    A start that fails is healed by the next call with that key.

    `reference` names the file in the inbox, pinned to its version; `name` is what makes a batch the same when it
    is started again. Raises IdempotencyKeyReused (same key, another fingerprint) and ClaimInFlight.
    """
    batch = new_batch(caller, door, reference=reference, name=name, source=source, stem=stem)
    if idempotency_key is None:
        batch_records().put(batch)
    else:
        # That a file was dropped is told again from the dead letters up to weeks later.
        lasting = door != "http"
        claim = Claim(_claim(caller, idempotency_key), batch.batch_id, fingerprint, lasting)
        put = batch_records().put_of(batch)
        if not claims().write(put, claim):
            standing = claims().find(claim.id)
            if earlier := _made_by(standing, fingerprint):
                return earlier
            if not claims().write(put, claim, instead_of=standing.made if standing else None):
                raise ClaimInFlight
    batch_executions().start(batch.batch_id)
    return batch


def taken_in_batch(caller: str, idempotency_key: str | None, fingerprint: str = "") -> Batch | None:
    """The batch of an earlier call with this key, started if that call could not.

    Raises IdempotencyKeyReused if the key is held by another order; one of which nothing was made holds none.
    """
    if idempotency_key is None:
        return None
    return _made_by(claims().find(_claim(caller, idempotency_key)), fingerprint)


def _made_by(claim: Claim | None, fingerprint: str) -> Batch | None:
    if claim is None:
        return None
    batch = batch_records().get(claim.made)
    if claim.fingerprint != fingerprint:
        if batch.state == "expired" or (batch.state == "failed" and not batch.rows):
            return None
        raise IdempotencyKeyReused
    if batch.state == "checking":
        batch_executions().start(batch.batch_id)
    return batch


def _claim(caller: str, idempotency_key: str) -> str:
    return claim_id(caller, "batch", idempotency_key)
