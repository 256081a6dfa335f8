"""A ticket's minutes searched anew: the air as it stood, and what its sensors told of a source then."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from domain import passes as ways
from domain.channels import MINUTE_MS
from domain.field import JudgedField
from domain.finding import Finding
from domain.loudness import MEMBER_SHARE, NOW_BINS
from domain.readings import BoolArray, IntArray
from domain.search import first_loud_bin, search
from domain.ticket import TicketKind
from domain.times import to_ms
from domain.trail import Trail, blow, no_trail
from domain.vanes import no_vanes, watch, wind_of_vanes
from domain.window import Window, forgotten, look, no_window
from domain.zone import Zone
from simulators.explaining.run_input import RunPart

Air = tuple[Window, Trail, JudgedField]
"""The window, the winds and the minute as they stood."""


def airs(part: RunPart, zone: Zone) -> Iterator[Air]:
    """Yield the air of every minute, without what an earlier ticket's sensors had shown when this one began."""
    window, vanes, trail, before = no_window(), no_vanes(), no_trail(), -1
    nobody = np.zeros(len(zone.is_vehicle), np.bool_)
    driven = ways.no_passes()
    begins_ms, theirs = to_ms(part.ticket.event_start), np.isin(zone.site.sensor_ids, sorted(_of_earlier(part)))
    for judged in part.minutes:
        minute = judged.minute_ms // MINUTE_MS
        minutes = minute - before if before >= 0 else 1
        vanes = watch(vanes, judged.weather, minutes)
        trail = blow(trail, wind_of_vanes(vanes), minutes)
        driven, parts = ways.advance(driven, judged, zone.cells, zone.site.rules.detect.floor_ugm3)
        if before * MINUTE_MS < begins_ms <= judged.minute_ms and window.minute >= 0:
            window = forgotten(window, theirs)
        window = look(window, judged, parts, nobody)
        before = minute
        yield window, trail, judged


def _of_earlier(part: RunPart) -> set[str]:
    """Return the ticket's sensors that an earlier local one heard as well."""
    earlier = (one for one in part.others if one.kind is TicketKind.LOCAL and one.opened_at < part.ticket.opened_at)
    return set(part.ticket.sensors) & {name for one in earlier for name in one.sensors}


def air_at(part: RunPart, until_ms: int, zone: Zone) -> Air:
    """Return the air of the last minute settled by a time, of the first where none was."""
    settled = tuple(takewhile(lambda judged: judged.clock_ms <= until_ms, part.minutes))
    (last,) = deque(airs(replace(part, minutes=settled or part.minutes[:1]), zone), maxlen=1)
    return last


@dataclass(frozen=True, slots=True)
class Look:
    """A search anew.

    Attributes:
        air: As it stood.
        members: The sensors whose source was looked for, ascending.
        free: Those that may be asked, shape (sensors,).
        first_bin: Since when, a bin since 1970.
        found: None where no place could be the source.
    """

    air: Air
    members: IntArray
    free: BoolArray
    first_bin: int
    found: Finding | None

    @property
    def minute(self) -> int:
        """The last minute that it saw. [minutes since 1970]"""
        return self.air[0].minute


def look_at(part: RunPart, air: Air, zone: Zone, first_bin: int | None = None) -> Look:
    """Search as an incident did; it keeps the bin in which it began."""
    window, trail, judged = air
    where = {name: at for at, name in enumerate(zone.site.sensor_ids)}
    stands = [where[name] for name in part.ticket.sensors if not np.isnan(zone.xy_m[where[name], 0])]
    loudness = window.score.max(axis=(0, 2))
    least = MEMBER_SHARE * zone.rules.loud_sigma
    members = np.array(sorted(at for at in stands if loudness[at] >= least) or stands, np.int64)
    free = ~np.isin(np.arange(len(where)), [where[name] for name in claimed_elsewhere(part, judged.clock_ms)])
    if not len(members):
        return Look(air, members, free, 0, None)
    first = first_loud_bin(window, members) if first_bin is None else first_bin
    return Look(air, members, free, first, search((window, trail), members, free, first, zone))


def surer(best: Look, now: Look, zone: Zone) -> Look:
    """Return the look of more evidence; one at which nobody was loud any more counts for nothing."""
    score = now.air[0].score[-NOW_BINS:, now.members]
    if now.found is None or score.max(initial=0.0) < MEMBER_SHARE * zone.rules.loud_sigma:
        return best
    return now if best.found is None or now.found.belief.evidence > best.found.belief.evidence else best


def claimed_elsewhere(part: RunPart, time_ms: int) -> set[str]:
    """Return sensors that another local ticket, open at that time, explains."""
    mine = set(part.ticket.sensors)
    running = (
        other
        for other in part.others
        if other.kind is TicketKind.LOCAL
        and to_ms(other.opened_at) <= time_ms
        and (other.event_end is None or time_ms <= to_ms(other.event_end))
    )
    return {name for other in running for name in other.sensors} - mine
