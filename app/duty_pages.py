"""The duty's own pages: the shift's hand-over, devices, deliveries, settings; what they need is put together here."""

from dataclasses import dataclass

from fastapi import FastAPI

from alerts.api import handover
from alerts.api.access import Access
from alerts.delivery.letters import Letters
from alerts.in_force import InForce
from alerts.pages import deliveries, sensors, settings, shift
from alerts.pages.guard import Guard
from alerts.pages.shell import Shell
from alerts.sensors.hand_over import Shifts
from alerts.supervision.office import Office
from app.devices import LiveDevices
from maps.live import LiveZone
from maps.ports import HistoryReader


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySources:
    """What the pages are told from: the live zone, the history, the deliveries, and what is in force."""

    live: LiveZone
    history: HistoryReader
    letters: Letters
    in_force: InForce


def add_duty_pages(  # noqa: PLR0913 - what every page needs, and its sources
    app: FastAPI, office: Office, shell: Shell, access: Access, guard: Guard | None, api: str, sources: DutySources
) -> None:
    """Add the pages, which `guard` keeps where there are accounts, and the routes that they need below `api`."""
    site, devices = sources.live.site, LiveDevices(sources.live)
    register = {sensor.sensor_id: sensor for sensor in site.sensors}
    watch = sensors.Watch(register=register, devices=devices, minutes=sources.history)
    shifts = Shifts(office, devices)
    counted = settings.Registered(devices=len(site.sensors), places=len(site.enterprises), permits=len(site.permits))
    app.include_router(handover.build_router(office, shifts, access), prefix=api)
    for pages in (
        shift.build_pages(office, shifts, shell, guard),
        sensors.build_pages(office, watch, shell, guard),
        deliveries.build_pages(office, sources.letters, shell, guard),
        settings.build_pages(office, sources.in_force, counted, shell, guard),
    ):
        app.include_router(pages)
