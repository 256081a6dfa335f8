"""A worker of the small test zone as a process that can be killed: BOOTSTRAP PREFIX FOLDER."""

import asyncio
import os
import sys
from pathlib import Path

from alerts.store import Snapshots, Tickets, open_store
from domain.pipeline import make_ready
from domain.wire import Topics
from streams.build import build_zone_app
from streams.meter import Meter
from streams.settings import StreamSettings
from tests.builders import a_site


async def work(bootstrap: str, prefix: str, folder: Path) -> None:
    engine = open_store(f"sqlite:///{folder / 'tickets.db'}")
    settings = StreamSettings(
        bootstrap=bootstrap, topics=Topics(prefix), data_dir=folder / str(os.getpid()), snapshot_s=0.3
    )
    app = build_zone_app(settings, make_ready(a_site()), Snapshots(engine, prefix), Tickets(engine), Meter())
    await app.start()
    await app.wait_until_stopped()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
