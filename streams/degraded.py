"""What the judgement has to do without, shown to operators: a judged minute → gauges, and a line where it changes."""

import structlog

from domain.circumstances import MISSING, missing_now
from domain.field import JudgedField
from domain.vanes import Vanes
from domain.zone import Zone
from streams.meter import Meter

log = structlog.get_logger()

FAMILY = "degraded"


def tell_missing(meter: Meter, judged: JudgedField, vanes: Vanes, zone: Zone) -> None:
    """Set a gauge for every name: 1 = missing in the last judged minute, 0 = not."""
    before, now = missing(meter), missing_now(judged, vanes, zone)
    for name in MISSING:
        meter.stands(f"{FAMILY}.{name}", float(name in now))
    if now != before:
        log.warning("detection_degraded", missing=now) if now else log.info("detection_complete")


def missing(meter: Meter) -> tuple[str, ...]:
    """Return what was missing in the last judged minute; nothing before the first."""
    return tuple(name for name in MISSING if meter.gauges.get(f"{FAMILY}.{name}"))
