"""Readings that came after their minute was settled: what of them may amend a ticket, and how it does."""

from dataclasses import replace

import numpy as np

from domain.channels import MINUTE_MS, N_POLLUTANTS, POLLUTANTS
from domain.evidence import add_evidence, evidence_row
from domain.field import JudgedField, LateRows, no_late_rows
from domain.hearing import Minute
from domain.incident import Incident, PeakExcess
from domain.quality import flag_readings, nothing_yet
from domain.readings import Readings
from domain.roadside import TRACERS
from domain.rules import QualifyRules
from domain.window import scatter_ugm3
from domain.zone import Zone


def late_rows(rows: Readings, rules: QualifyRules, sensors: int) -> LateRows:
    """Return late rows with what can't be taken out; there is no reading before them to compare them with."""
    if not len(rows):
        return no_late_rows()
    _, flags = flag_readings(nothing_yet(sensors), rows, rules)
    value = np.where(flags == 0, rows.values[:, :N_POLLUTANTS], np.nan)
    said = ~np.isnan(value).all(axis=1)
    return LateRows(rows.sensor[said], rows.time_ms[said], value[said])


def hear_late(incident: Incident, minute: Minute, zone: Zone) -> Incident:
    """Let an incident hear what its sensors said of its own time, too late for it.

    A loud value stands in the evidence; one above the peak becomes the peak, and one after the last makes an incident
    that has ended longer: nothing late opens or closes one. `late` names the sensors by which the ticket changes. The
    background is the present one of that channel.
    """
    rows = minute.judged.late
    if not len(rows.sensor):
        return incident
    mine = np.isin(rows.sensor, incident.sensors) & (rows.time_ms >= incident.opener.since_ms)
    mine &= rows.time_ms <= incident.heard_ms + zone.rules.memory_min * MINUTE_MS
    for at in np.flatnonzero(mine).tolist():
        row = int(minute.row[rows.sensor[at]])
        for channel in range(TRACERS) if row >= 0 else ():
            incident = _take(incident, (at, row, channel), minute.judged, zone)
    return incident


def _take(incident: Incident, where: tuple[int, int, int], judged: JudgedField, zone: Zone) -> Incident:
    at, row, channel = where
    rows = judged.late
    sensor, time_ms = int(rows.sensor[at]), int(rows.time_ms[at])
    value, background = float(rows.value[at, channel]), float(judged.background[row, channel])
    loud = value - background > zone.rules.loud_sigma * scatter_ugm3(judged)[row, channel]
    if not loud or judged.flags[row, channel]:
        return incident
    name = zone.site.sensor_ids[sensor]
    told = evidence_row(time_ms - time_ms % MINUTE_MS, name, POLLUTANTS[channel], value, background)
    greater, longer = value - background > incident.peak.excess_ugm3, _is_after(time_ms, channel, sensor, incident)
    peak = incident.peak
    if greater:
        x_m, y_m = (float(part) for part in zone.xy_m[sensor])
        peak = PeakExcess(
            sensor=sensor,
            channel=channel,
            time_ms=time_ms,
            value_ugm3=value,
            background_ugm3=background,
            x_m=x_m,
            y_m=y_m,
        )
    return replace(
        incident,
        members=tuple(
            replace(one, heard_ms=time_ms) if longer and (one.sensor, one.channel) == (sensor, channel) else one
            for one in incident.members
        ),
        peak=peak,
        evidence=add_evidence(incident.evidence, told),
        late=tuple(dict.fromkeys((*incident.late, name))) if greater or longer else incident.late,
    )


def _is_after(time_ms: int, channel: int, sensor: int, incident: Incident) -> bool:
    has_ended = incident.ticket is not None and incident.ticket.event_end is not None
    is_member = any((one.sensor, one.channel) == (sensor, channel) for one in incident.members)
    return has_ended and is_member and time_ms > incident.heard_ms
