"""`wugan map`: the site with its newest judged minutes and its tickets, as one file."""

from pathlib import Path

from app.settings import Settings
from app.wiring import site_of, store_if_there
from maps.still import standalone_html


def write_map(settings: Settings, out: Path) -> int:
    """Write the file and return how many tickets are on it; without a ticket store it shows the site alone.

    Raises:
        ValueError: Settings or site folder are wrong.
        OSError: The file can't be written.
    """
    site = site_of(settings)
    store = store_if_there(settings, site)
    tickets = [text for _, text in store.tickets.changes_since(0)] if store is not None else []
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(standalone_html(site, None, tickets), encoding="utf-8")
    return len(tickets)
