"""An explanation → text for people, step by step, or plain values for machines."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.ticket import TicketKind
from domain.times import rfc3339, to_datetime, to_ms
from domain.wire import ticket_fields
from simulators.explaining.explanation import Explanation, Moment
from simulators.replay.wording import POLLUTANT_NAMES, passed, words

SENSORS_SHOWN, HELD_SHOWN, FLAGGED_SHOWN = 10, 6, 6


def as_text(told: Explanation, verdict: str | None = None) -> str:
    """Return lines for people; `verdict` says whether it was right, where that is known."""
    middle = _middle(told)
    parts = (_head(told), _excluded(told), middle, _held(told), _concluded(told), _history(told))
    lines = [line for part in parts for line in part]
    lines += ["", f"真值 Truth: {verdict}"] if verdict else []
    return "\n".join("".join(sign if sign.isprintable() else "?" for sign in line) for line in lines)


def _middle(told: Explanation) -> list[str]:
    if told.ticket.kind is TicketKind.SENSOR:
        return ["", "3 比较 Compared", "  a device that needs care: its air was not judged, so there are no candidates"]
    if told.ticket.kind is TicketKind.REGIONAL:
        return _levels(told)
    return [line for at in range(len(told.moments)) for line in _moment(told, at)]


def as_json(told: Explanation, verdict: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return plain values; numbers that are not known are null."""
    plain = asdict(told) | {"ticket": ticket_fields(told.ticket), "truth": verdict}
    for moment in plain["moments"]:
        moment["time"] = rfc3339(to_datetime(moment.pop("time_ms")))
    for level in plain["levels"]:
        level["time"] = rfc3339(to_datetime(level.pop("time_ms")))
    cleaned = _clean(plain)
    return cleaned if isinstance(cleaned, dict) else {}


def _clean(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


def _clock(told: Explanation, time_ms: int) -> str:
    return f"{to_datetime(time_ms).astimezone(ZoneInfo(told.timezone)):%H:%M}"


def _moment_text(told: Explanation, moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment.astimezone(ZoneInfo(told.timezone)):%Y-%m-%d %H:%M:%S}"


def _head(told: Explanation) -> list[str]:
    ticket, peak = told.ticket, told.ticket.peak
    lines = [
        f"{ticket.id} · {words(ticket.kind.value)} · {told.site} · {told.timezone}",
        "",
        "1 看到 Seen",
        f"  first reading {_moment_text(told, ticket.event_start)}, opened {_moment_text(told, ticket.opened_at)}, "
        f"last reading {_moment_text(told, ticket.event_end)}",
        f"  {', '.join(POLLUTANT_NAMES.get(name, name) for name in ticket.pollutants)} "
        f"at {len(ticket.sensors)} sensors: "
        + ", ".join(ticket.sensors[:SENSORS_SHOWN])
        + (" …" if len(ticket.sensors) > SENSORS_SHOWN else ""),
    ]
    if peak is not None:
        lines.append(
            f"  peak {peak.pollutant} {peak.value:.1f} at {peak.sensor_id}, {_moment_text(told, peak.time)}: "
            f"background {peak.background:.1f}, excess {peak.excess:.1f} {peak.unit}"
        )
    return lines


def _excluded(told: Explanation) -> list[str]:
    lines = ["", "2 排除 Excluded"]
    lines += [f"  {one.sensor_id}: {words(one.reason)} (in the ticket)" for one in told.ticket.excluded]
    lines += [f"  {name}: {words(flag)}, {count} min" for name, flag, count in told.flagged[:FLAGGED_SHOWN]]
    more = len(told.flagged) - FLAGGED_SHOWN
    if more > 0:
        lines.append(f"  … and {more} more flags")
    return lines if len(lines) > 2 else [*lines, "  nobody: all sensors were trusted"]


def _moment(told: Explanation, at: int) -> list[str]:
    moment = told.moments[at]
    speed, origin = moment.wind
    wind = "not measured" if math.isnan(speed) else f"{speed:.1f} m/s from {origin:.0f}°"
    when = "开单时 at opening" if at == 0 else "证据最多时 at the moment of most evidence"
    lines = ["", f"3.{at + 1} 比较 Compared, {when} ({_clock(told, moment.time_ms)}; wind {wind})"]
    if math.isnan(moment.odds):
        return [*lines, "  no place could be the source of what these sensors saw"]
    compared = "above" if moment.odds >= moment.needed else "below"
    lines.append(
        f"  log odds of a source {moment.odds:+.1f}, {compared} the {moment.needed:+.1f} that a ticket needs; "
        f"{moment.agreeing} sensors agree with the best source"
    )
    for number, one in enumerate(moment.candidates, 1):
        permit = f", permit {one.permit:+.1f}" if one.permit else ""
        lines.append(
            f"  [{number}] {one.enterprise_id} {one.name} ({one.industry or 'industry not told'}): evidence "
            f"{one.evidence:+.1f}, prior {one.prior:+.1f}{permit} → {one.probability:.3f}"
        )
    lines.append(f"  [-] somebody not registered → {moment.unknown:.3f}")
    return lines + _table(told, moment)


def _table(told: Explanation, moment: Moment) -> list[str]:
    names = "".join(f"{f'gain [{number}]':>10}" for number in range(1, len(moment.candidates) + 1))
    lines = [f"  {'sensor':<12}{'':<6}{'value':>8}{'backgr.':>9}{'scatters':>10}{names}"]
    shown = [one for one in moment.sensors if one.member or any(abs(gain) >= 0.05 for gain in one.gains)]
    for one in shown[:SENSORS_SHOWN]:
        gains = "".join(f"{gain:>+10.2f}" for gain in one.gains)
        lead = one.gains[0] if one.gains else 0.0
        word = (
            "agrees with [1]"
            if lead > told.agree_gain
            else "speaks against [1]: its plume was expected"
            if lead < -0.1
            else ""
        )
        lines.append(
            f"  {one.sensor_id:<12}{one.pollutant:<6}{one.value:>8.1f}{one.background:>9.1f}"
            f"{one.scatters:>10.1f}{gains}  {word}".rstrip()
        )
    silent = len(moment.sensors) - min(len(shown), SENSORS_SHOWN)
    lines += [f"  … {silent} more sensors within reach were asked"] if silent > 0 else []
    rest = "".join(
        f"{one.evidence - sum(seen.gains[at] for seen in moment.sensors):>+10.2f}"
        for at, one in enumerate(moment.candidates)
    )
    return [*lines, f"  {'vehicles by the road, and what free emission rates cost':<45}{rest}"]


def _levels(told: Explanation) -> list[str]:
    lines = ["", "3 比较 Compared: how the level of the whole zone stood (µg/m³)"]
    lines += [
        f"  {_clock(told, one.time_ms)} {one.pollutant:<5} too few stations speak"
        if math.isnan(one.level)
        else f"  {_clock(told, one.time_ms)} {one.pollutant:<5} level of most healthy stations {one.level:7.1f}, "
        f"median of their backgrounds {one.background:7.1f}"
        for one in told.levels
    ]
    return [*lines, "  a notice of the whole zone: no place is its source, so there are no candidates"]


def _held(told: Explanation) -> list[str]:
    lines = ["", "4 同时段未并入 Raised in the same time, but no part of this ticket"]
    for one in told.held[:HELD_SHOWN]:
        where = f"ticket {one.ticket}" if one.ticket else "in no local ticket"
        lines.append(f"  {one.sensor_id} {one.pollutant}: hot {one.hot_min} min, breach {one.breach_min} min; {where}")
    more = len(told.held) - HELD_SHOWN
    lines += [f"  … and {more} more"] if more > 0 else []
    return lines if told.held else [*lines, "  none"]


def _concluded(told: Explanation) -> list[str]:
    ticket = told.ticket
    lines = ["", "5 结论 Concluded (as the ticket says)"]
    lines += [
        f"  疑似 suspected {one.probability:.3f} {one.enterprise_id} {one.name}, {one.distance_m} m from the peak"
        f"{passed(one.passes)}"
        for one in ticket.candidates[:5]
    ]
    lines.append(f"  未知 unknown {ticket.unknown_probability:.3f}")
    lines.append(f"  {words(ticket.recommendation.action.value)}")
    return lines + [f"    - {words(reason)}" for reason in ticket.recommendation.reasons]


def _history(told: Explanation) -> list[str]:
    lines = ["", "6 经过 History"]
    for entry in told.ticket.history:
        first = entry.first or ("unknown leads" if told.ticket.candidates else "no candidate")
        why = "; ".join(words(reason) for reason in entry.why)
        lines.append(
            f"  {_clock(told, to_ms(entry.at))} {words(entry.what)}: {first} (unknown {entry.unknown:.3f}), "
            f"{entry.action.value}{' · ' + why if why else ''}"
        )
    return lines
