"""Pieces of road raised again and again by what engines emit → the decision `traffic`, once for each."""

from domain.decisions import Decision, DecisionMade
from domain.passes import Passes, PassRows, is_raised
from domain.repeated import TRAFFIC_ONLY, repeated
from domain.times import rfc3339, to_datetime
from domain.zone import Zone


def hold_traffic(
    told: tuple[int, ...], driven: Passes, parts: PassRows, clock_ms: int, zone: Zone
) -> tuple[tuple[int, ...], tuple[DecisionMade, ...]]:
    """Name what vehicles see on roads again and again, and is taken for traffic: it opens nothing by itself.

    Args:
        told: Pieces of road (as of `road_cells.locate`) that were told of.
        driven: Passes that are remembered.
        parts: This minute's; nothing is new without one raised by what engines emit.
        clock_ms: The tick of the zone clock. [ms]
        zone: Whose roads.

    Returns:
        The pieces that are taken for traffic now, and a decision for each that was not before.
    """
    floor_ugm3 = zone.site.rules.detect.floor_ugm3
    if not len(parts) or not is_raised(parts, floor_ugm3)[:, TRAFFIC_ONLY].any():
        return told, ()
    found = repeated(driven, zone.cells, floor_ugm3)
    held = found.traffic
    cells = tuple(found.cell[held].tolist())
    made: list[DecisionMade] = []
    for cell, first_ms, (x_m, y_m) in zip(cells, found.first_ms[held].tolist(), found.xy_m[held].tolist(), strict=True):
        if cell not in told:
            lon, lat = zone.projection.to_degrees(x_m, y_m)
            key = f"{lon:.5f},{lat:.5f}/nox/{rfc3339(to_datetime(first_ms))}"
            made.append(DecisionMade(clock_ms, Decision.TRAFFIC, key))
    return cells, tuple(made)
