"""A report → plain data for JSON, and rows for CSV."""

import csv
import io
from collections.abc import Iterator, Mapping

from alerts.supervision.office import Office
from alerts.supervision.statistics.ask import Report
from domain.supervision.statistics import FIGURES, Compared, Dimension, Period, Unit
from domain.times import rfc3339, to_datetime

UNITS = {figure.name: figure.unit for figure in FIGURES}
COLUMNS = (
    *("from", "until", "by", "key", "name", "figure", "unit", "value", "numerator", "denominator"),
    *("low", "high", "before_from", "before_until", "before", "change"),
)
_DIGITS = 6
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_plain(report: Report, office: Office) -> dict[str, object]:
    """Return a report as plain data; a key that applies to nothing is null."""
    asked = report.asked
    return {
        "site": office.site_id,
        "zone": office.zone.key,
        "as_of": rfc3339(to_datetime(office.now_ms())),
        "period": _period(asked.period),
        "against": _period(report.against),
        "only": {dimension.value: key for dimension, key in asked.only.items()},
        "figures": _figures(report.figures),
        "groups": {
            dimension.value: [
                {
                    "key": group.key or None,
                    "name": name_of(office, dimension, group.key) or None,
                    "figures": _figures(group.figures),
                }
                for group in groups
            ]
            for dimension, groups in report.groups.items()
        },
    }


def as_csv(report: Report, office: Office) -> str:
    """Return a report as CSV: a row a figure, the whole first (`by` is empty), then every group.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(report, ("", "", ""), report.figures))
    for dimension, groups in report.groups.items():
        for group in groups:
            name = name_of(office, dimension, group.key)
            writer.writerows(_rows(report, (dimension.value, _safe(group.key), _safe(name)), group.figures))
    return out.getvalue()


def name_of(office: Office, dimension: Dimension, key: str) -> str:
    """Return what people call a key: an enterprise's name, else the key."""
    known = office.register.by_id.get(key) if dimension is Dimension.ENTERPRISE else None
    return known.name if known else key


def _period(period: Period) -> dict[str, object]:
    return {
        "name": period.name,
        "from": period.first.isoformat(),
        "until": period.last.isoformat(),
        "days": period.days,
        "running": period.is_running,
    }


def _figures(figures: Mapping[str, Compared]) -> dict[str, object]:
    return {name: _figure(UNITS[name], one) for name, one in figures.items()}


def _figure(unit: Unit, one: Compared) -> dict[str, object]:
    now = one.now
    told: dict[str, object] = {"value": _number(now.value), "unit": unit.value}
    if unit is Unit.RATIO:
        told |= {"numerator": _number(now.numerator)}
    if unit is not Unit.COUNT:
        told |= {"denominator": _number(now.denominator)}
    if unit is Unit.RATIO:
        told |= {"low": _number(now.low), "high": _number(now.high)}
    return told | {"before": _number(one.before), "change": _number(one.change)}


def _rows(report: Report, group: tuple[str, str, str], figures: Mapping[str, Compared]) -> Iterator[tuple[object, ...]]:
    period, against = report.asked.period, report.against
    for name, one in figures.items():
        now = one.now
        values = now.value, now.numerator, now.denominator, now.low, now.high
        yield (
            *(period.first, period.last, *group, name, UNITS[name].value, *map(_number, values)),
            *(against.first, against.last, _number(one.before), _number(one.change)),
        )


def _number(value: float | None) -> float | int | None:
    """Return a number to six decimals, a whole one without any."""
    if value is None:
        return None
    rounded = round(float(value), _DIGITS)
    return int(rounded) if rounded.is_integer() else rounded


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
