"""Pieces of road raised again and again by what engines emit → the decision `traffic`, once for each."""

from domain.decisions import Decision, DecisionMade
from domain.passes import Passes, PassRows, is_raised
from domain.repeated import repeated
from domain.times import rfc3339, to_datetime
from domain.zone import Zone

Jam = tuple[int, int]
"""A piece of road (as of `road_cells.locate`), and the first reading of its first raised pass. [ms]"""


def hold_traffic(
    before: tuple[Jam, ...], driven: Passes, parts: PassRows, clock_ms: int, zone: Zone
) -> tuple[tuple[Jam, ...], tuple[DecisionMade, ...]]:
    """Name what vehicles see on roads again and again, and is taken for traffic: it opens nothing by itself.

    Args:
        before: What was told of.
        driven: Passes that are remembered.
        parts: This minute's; nothing is new without a raised one.
        clock_ms: The tick of the zone clock. [ms]
        zone: Whose roads.
    """
    floor_ugm3 = zone.site.rules.detect.floor_ugm3
    if not len(parts) or not is_raised(parts, floor_ugm3).any():
        return before, ()
    found = repeated(driven, zone.cells, floor_ugm3)
    held = found.traffic
    names = zip(found.cell[held].tolist(), found.first_ms[held].tolist(), found.xy_m[held].tolist(), strict=True)
    jams, made, known = list[Jam](), list[DecisionMade](), {cell for cell, _ in before}
    for cell, first_ms, (x_m, y_m) in names:
        jams.append((cell, first_ms))
        if cell not in known:
            lon, lat = zone.projection.to_degrees(x_m, y_m)
            key = f"{lon:.5f},{lat:.5f}/nox/{rfc3339(to_datetime(first_ms))}"
            made.append(DecisionMade(clock_ms, Decision.TRAFFIC, key))
    return tuple(jams), tuple(made)
