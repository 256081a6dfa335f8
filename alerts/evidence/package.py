"""What was frozen of a ticket, the ticket as it is now and its trail → the files of an evidence package."""

from collections.abc import Mapping

import msgspec

from alerts.evidence.archive import MANIFEST, manifest, zipped
from alerts.evidence.frozen import TABLES, evidence_hash
from alerts.evidence.page import render_page
from alerts.evidence.parquet import to_parquet
from alerts.evidence.store import Kept
from alerts.store.acts import Act
from alerts.store.models import AuditRow
from domain.problem import Problem
from domain.wire import encode_ticket

FORMAT = "wugan-evidence/1"
TRAIL = "audit.jsonl"
TICKET = "ticket.json"
PAGE = "index.html"


def package(kept: Kept) -> bytes:
    """Return the package as a zip; the same state gives the same bytes.

    Raises:
        Problem: 404, nothing has been frozen yet.
    """
    if not kept.frozen:
        raise Problem(
            404,
            "no_evidence_yet",
            "No evidence yet",
            f"the evidence of ticket {kept.ticket.id} is frozen about 15 s after it opens; ask again then",
        )
    return zipped(files_of(kept))


def files_of(kept: Kept) -> dict[str, bytes]:
    """Return every file of the package by name."""
    files = {
        TICKET: encode_ticket(kept.ticket) + b"\n",
        TRAIL: b"".join(msgspec.json.encode(_act(row)) + b"\n" for row in kept.trail),
        PAGE: render_page(kept),
    }
    for occasion, texts in kept.frozen.items():
        for name, content in texts.items():
            files[f"{occasion}/{name}"] = content
            if name in TABLES:
                files[f"{occasion}/{name.removesuffix('.csv')}.parquet"] = to_parquet(content)
    files[MANIFEST] = manifest(about(kept.ticket.id, kept.ticket.site, kept.frozen), files)
    return files


def about(ticket_id: str, site: str, frozen: Mapping[str, Mapping[str, bytes]]) -> dict[str, object]:
    """Return the head of the manifest: which ticket, and the hash of each occasion's canonical texts."""
    hashes = {occasion: evidence_hash(texts) for occasion, texts in sorted(frozen.items())}
    return {"format": FORMAT, "ticket": ticket_id, "site": site, "evidence": hashes}


def _act(row: AuditRow) -> Act:
    return Act(
        seq=row.seq,
        at_ms=row.at_ms,
        who=row.who,
        what=row.what,
        subject=row.subject,
        detail=row.detail,
        previous=row.previous,
        hash=row.hash,
    )
