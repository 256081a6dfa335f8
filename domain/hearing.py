"""What an incident's sensors say minute by minute: its members, its peak, and the rows it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from domain.channels import MINUTE_MS, POLLUTANTS
from domain.evidence import add_evidence, evidence_row
from domain.field import JudgedField
from domain.finding import Finding
from domain.incident import Incident, Member, PeakExcess
from domain.readings import BoolArray, IntArray
from domain.roadside import TRACERS
from domain.second_look import bursts_now
from domain.window import BIN_MIN, EARLIER_SIGMA, Window, scatter_ugm3
from domain.zone import Zone


@dataclass(frozen=True, slots=True)
class Minute:
    """A judged minute as incidents hear it.

    Attributes:
        judged: The minute.
        row: Each sensor's row in it, -1 = none, shape (sensors,).
        loud: Trusted, new, and well above its scatter, shape (n, 3).
    """

    judged: JudgedField
    row: IntArray
    loud: BoolArray


def minute_of(judged: JudgedField, zone: Zone) -> Minute:
    """Prepare a minute."""
    row = np.full(len(zone.is_vehicle), -1, np.int64)
    row[judged.sensor] = np.arange(len(judged.sensor))
    excess = (judged.value - judged.background)[:, :TRACERS]
    scatter = scatter_ugm3(judged)[:, :TRACERS]
    trusted = (judged.flags[:, :TRACERS] == 0) & judged.fresh[:, np.newaxis]
    loud: BoolArray = trusted & (excess > zone.rules.loud_sigma * scatter)
    return Minute(judged, row, loud)


def begin(found: Finding, claimed: tuple[int, ...], window: Window, minute: Minute, zone: Zone) -> Incident | None:
    """Return a new incident of what was found; None where no sensor that it claims was loud since it began."""
    members: list[Member] = []
    peak: PeakExcess | None = None
    first = max(found.first_bin - window.first_bin, 0)
    score = window.score[first:]
    for sensor in claimed:
        for channel in range(TRACERS):
            over = np.flatnonzero(score[:, sensor, channel] >= EARLIER_SIGMA)
            if len(over) and score[:, sensor, channel].max() >= zone.rules.loud_sigma:
                began = BIN_MIN * (window.first_bin + first + int(over[0])) * MINUTE_MS
                last = BIN_MIN * (window.first_bin + first + int(over[-1]) + 1) * MINUTE_MS - MINUTE_MS
                members.append(_member(sensor, channel, began, last, minute, zone))
                peak = _greater(peak, members[-1], minute)
    if peak is None:
        return None
    return Incident(
        members=tuple(members),
        peak=peak,
        found_minute=window.minute,
        belief=found.belief,
        early_belief=found.belief,
        first_bin=found.first_bin,
        claimed=claimed,
        bursts=bursts_now(window, zone),
    )


def after_others(incident: Incident, others: Iterable[Incident]) -> Incident:
    """Let a new incident's members begin after what other incidents heard of the same sensor's same pollutant.

    The channel may have been raised ever since the other's source began; two tickets with one start have one id.
    """
    theirs_ms: dict[tuple[int, int], int] = {}
    for member in (member for other in others for member in other.members):
        key = (member.sensor, member.channel)
        theirs_ms[key] = max(theirs_ms.get(key, 0), member.heard_ms + MINUTE_MS)
    mine = (
        replace(one, since_ms=max(one.since_ms, min(theirs_ms.get((one.sensor, one.channel), 0), one.heard_ms)))
        for one in incident.members
    )
    return replace(incident, members=tuple(mine))


def hear(incident: Incident, minute: Minute, zone: Zone) -> Incident:
    """Hear what the claimed sensors say in this minute."""
    now_ms = minute.judged.minute_ms
    known = {(member.sensor, member.channel): at for at, member in enumerate(incident.members)}
    members, peak, evidence = list(incident.members), incident.peak, incident.evidence
    for sensor in incident.claimed:
        row = int(minute.row[sensor])
        for channel in np.flatnonzero(minute.loud[row]).tolist() if row >= 0 else []:
            at = known.get((sensor, channel))
            if at is not None:
                members[at] = replace(members[at], heard_ms=now_ms)
            else:
                members.append(_member(sensor, channel, now_ms, now_ms, minute, zone))
            peak = _greater(peak, members[-1 if at is None else at], minute)
            value, background = (
                float(block[row, channel]) for block in (minute.judged.value, minute.judged.background)
            )
            name = zone.site.sensor_ids[sensor]
            evidence = add_evidence(evidence, evidence_row(now_ms, name, POLLUTANTS[channel], value, background))
    return replace(incident, members=tuple(members), peak=peak, evidence=evidence)


def _member(sensor: int, channel: int, began_ms: int, heard_ms: int, minute: Minute, zone: Zone) -> Member:
    row, now_ms = int(minute.row[sensor]), minute.judged.minute_ms
    raised_ms = int(minute.judged.since_ms[row, channel]) if row >= 0 else 0
    heard_ms = now_ms if row >= 0 and minute.loud[row, channel] else min(heard_ms, now_ms)
    return Member(
        sensor=sensor,
        channel=channel,
        since_ms=min(raised_ms or began_ms, now_ms),
        heard_ms=max(heard_ms, raised_ms),
        x_m=float(zone.xy_m[sensor, 0]),
        y_m=float(zone.xy_m[sensor, 1]),
    )


def _greater(peak: PeakExcess | None, member: Member, minute: Minute) -> PeakExcess:
    """Return the greater of the peak so far and what a member says now."""
    row, channel = int(minute.row[member.sensor]), member.channel
    known = row >= 0
    value = float(minute.judged.value[row, channel]) if known else np.nan
    background = float(minute.judged.background[row, channel]) if known else np.nan
    if np.isnan(value - background):
        value = background = 0.0
    if peak is not None and value - background <= peak.excess_ugm3:
        return peak
    return PeakExcess(
        sensor=member.sensor,
        channel=channel,
        time_ms=minute.judged.minute_ms,
        value_ugm3=value,
        background_ugm3=background,
        x_m=member.x_m,
        y_m=member.y_m,
    )
