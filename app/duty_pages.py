"""The duty's own pages: the shift's hand-over, devices, deliveries, settings; what they need is put together here."""

from dataclasses import dataclass

from fastapi import FastAPI

from alerts.api import handover
from alerts.api.access import Access
from alerts.pages import sensors, shift
from alerts.pages.guard import Guard
from alerts.pages.shell import Shell
from alerts.sensors.hand_over import Shifts
from alerts.supervision.office import Office
from app.devices import LiveDevices
from maps.live import LiveZone
from maps.ports import HistoryReader


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySources:
    """What the pages are told from: the live zone and the history."""

    live: LiveZone
    history: HistoryReader


def add_duty_pages(  # noqa: PLR0913 - what every page needs, and its sources
    app: FastAPI, office: Office, shell: Shell, access: Access, guard: Guard | None, api: str, sources: DutySources
) -> None:
    """Add the pages, which `guard` keeps where there are accounts, and the routes that they need below `api`."""
    devices = LiveDevices(sources.live)
    register = {sensor.sensor_id: sensor for sensor in sources.live.site.sensors}
    watch = sensors.Watch(register=register, devices=devices, minutes=sources.history)
    shifts = Shifts(office, devices)
    app.include_router(handover.build_router(office, shifts, access), prefix=api)
    app.include_router(shift.build_pages(office, shifts, shell, guard))
    app.include_router(sensors.build_pages(office, watch, shell, guard))
