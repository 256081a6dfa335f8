"""A seed → the files of the worked example as texts: rules, tables, and planted.csv with what is wrong in them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from importlib.resources import files

import numpy as np

ENTERPRISES, LABORATORIES = 319, 1769
"""Enterprises and laboratories that the zone checked by data alone, as it reported."""
PLANTED = {"solvent_balance": 15, "no_transfer": 12, "certificate_expired": 13, "calibration_due": 10}
"""Planted problems by rule; 50 in all, as many as the zone reported ("50-odd"). The split is a design value."""
AS_OF = date(2026, 6, 30)
BOUGHT_DAYS_AGO, LEFT_DAYS_AGO, LEFT_LONG_AGO = (20, 100, 150), (10, 95, 140), (92, 120, 150)
"""When purchases and transfers were made; the last without one in 90 days. Design values. [d]"""
KEPT_SHARE, LOST_SHARE = (0.9, 1.0), (0.4, 0.8)
"""Share of the solvent bought that is found again, honest and not. Design values."""

Rows = list[tuple[object, ...]]


def make_laboratories(seed: int) -> dict[str, str]:
    """Make the example's files by name; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    which = rng.permutation(LABORATORIES)
    cuts = np.cumsum(list(PLANTED.values()))
    bad = dict(zip(PLANTED, ({int(i) for i in part} for part in np.split(which[: cuts[-1]], cuts[:-1])), strict=True))
    labs, bought, left, papers, gear = Rows(), Rows(), Rows(), Rows(), Rows()
    for i in range(LABORATORIES):
        lab = f"lab-{i + 1:04d}"
        stock = _solvent(rng, lab, i in bad["solvent_balance"], i in bad["no_transfer"], (bought, left))
        labs.append((lab, f"ent-{1 + i % ENTERPRISES:03d}", stock))
        papers.append((f"cert-{i + 1:04d}", lab, _until(rng, i in bad["certificate_expired"])))
        gear.append((f"eq-{i + 1:04d}", lab, _until(rng, i in bad["calibration_due"])))
    prefix = {"certificate_expired": "cert", "calibration_due": "eq"}
    planted = [(r, f"{prefix.get(r, 'lab')}-{i + 1:04d}") for r, members in bad.items() for i in sorted(members)]
    return {
        "checks.toml": files("simulators.laboratories").joinpath("checks.toml").read_text("utf-8"),
        "laboratories.csv": _text(("laboratory_id", "enterprise_id", "stock_kg"), labs),
        "purchases.csv": _text(("purchase_id", "laboratory_id", "day", "solvent_kg"), bought),
        "transfers.csv": _text(("transfer_id", "laboratory_id", "day", "waste_kg"), left),
        "certificates.csv": _text(("certificate_id", "laboratory_id", "valid_until"), papers),
        "equipment.csv": _text(("equipment_id", "laboratory_id", "calibrated_until"), gear),
        "planted.csv": _text(("rule_id", "subject"), planted),
    }


def _solvent(rng: np.random.Generator, lab: str, loses: bool, idle: bool, into: tuple[Rows, Rows]) -> float:  # noqa: FBT001
    """Enter a laboratory's purchases and transfers; give what is left in stock. [kg]"""
    bought, left = into
    amounts = rng.integers(20, 400, size=len(BOUGHT_DAYS_AGO))
    bought += [
        (f"pur-{len(bought) + k + 1:05d}", lab, _ago(rng, days), int(kg))
        for k, (days, kg) in enumerate(zip(BOUGHT_DAYS_AGO, amounts, strict=True))
    ]
    found = float(amounts.sum()) * rng.uniform(*(LOST_SHARE if loses else KEPT_SHARE))
    stock = round(found * rng.uniform(0.1, 0.3), 1)
    days_ago = LEFT_LONG_AGO if idle else LEFT_DAYS_AGO
    each = round((found - stock) / len(days_ago), 1)
    left += [(f"tra-{len(left) + k + 1:05d}", lab, _ago(rng, days), each) for k, days in enumerate(days_ago)]
    return stock


def _ago(rng: np.random.Generator, days: int) -> date:
    return AS_OF - timedelta(days=days + int(rng.integers(0, 10)))


def _until(rng: np.random.Generator, late: bool) -> date:  # noqa: FBT001
    """Give a date before the day of the check, or on it or after."""
    return AS_OF + timedelta(days=int(rng.integers(-60, 0) if late else rng.integers(0, 700)))


def _text(header: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
