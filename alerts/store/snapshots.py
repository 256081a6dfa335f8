"""Snapshots of the agents' states, beside the tickets: the newest of each step and zone."""

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite

from alerts.store.engine import reading, writing
from alerts.store.models import SnapshotRow


class Snapshots:
    """Keeps the newest state of each step and zone of one running system."""

    def __init__(self, engine: Engine, prefix: str) -> None:
        self._engine = engine
        self._prefix = prefix

    def load(self, step: str, zone: str) -> tuple[int, bytes] | None:
        """Return the offset that the state covers, and its bytes; None where there is none.

        Raises:
            ConnectionError: The database is away.
        """
        with reading(self._engine) as session:
            row = session.get(SnapshotRow, (self._prefix, step, zone))
            return None if row is None else (row.offset, row.blob)

    def save(self, step: str, zone: str, offset: int, blob: bytes) -> bool:
        """Keep a state unless a newer one is kept already; say whether it was kept.

        Raises:
            ConnectionError: The database is away.
        """
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        new = insert(SnapshotRow).values(prefix=self._prefix, step=step, zone=zone, offset=offset, blob=blob)
        keep_newest = new.on_conflict_do_update(
            index_elements=[SnapshotRow.prefix, SnapshotRow.step, SnapshotRow.zone],
            set_={"offset": new.excluded.offset, "blob": new.excluded.blob},
            where=SnapshotRow.offset <= new.excluded.offset,
        )
        with writing(self._engine) as session:
            return session.execute(keep_newest.returning(SnapshotRow.offset)).first() is not None
