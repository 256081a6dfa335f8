"""Units of foreign tables → the contract's, as a factor and an offset."""

from domain.channels import CONCENTRATIONS
from domain.units import to_ugm3

_SPEED = {"m/s": (1.0, 0.0), "km/h": (1.0 / 3.6, 0.0), "knots": (1852.0 / 3600.0, 0.0), "mph": (0.44704, 0.0)}
_OTHERS = {
    "temperature_c": {"C": (1.0, 0.0), "K": (1.0, -273.15), "F": (5.0 / 9.0, -160.0 / 9.0)},
    "humidity_pct": {"%": (1.0, 0.0), "1": (100.0, 0.0)},
    "pressure_hpa": {"hPa": (1.0, 0.0), "mbar": (1.0, 0.0), "kPa": (10.0, 0.0), "Pa": (0.01, 0.0)},
    "wind_speed_ms": _SPEED,
    "speed_ms": _SPEED,
    "wind_from_deg": {"deg": (1.0, 0.0)},
    "heading_deg": {"deg": (1.0, 0.0)},
    "accuracy_m": {"m": (1.0, 0.0)},
}
_SPELLINGS = str.maketrans({"µ": "u", "μ": "u", "³": "3", "°": "", "℃": "C", "％": "%"})


def settle(quantity: str, unit: str | None) -> tuple[float, float]:
    """Return factor and offset that bring a quantity into the contract's unit; None is that unit itself.

    Raises:
        ValueError: The unit does not fit the quantity.

    Examples:
        >>> settle("wind_speed_ms", "km/h")[0] * 36.0, settle("temperature_c", "K"), settle("o3", "ppb")
        (10.0, (1.0, -273.15), (1.962, 0.0))
    """
    if unit is None:
        return 1.0, 0.0
    plain = unit.translate(_SPELLINGS).replace(" ", "")
    if quantity in CONCENTRATIONS:
        return to_ugm3(quantity, plain), 0.0
    known = _OTHERS[quantity]
    if plain not in known:
        raise ValueError(f"unit {unit!r} does not fit {quantity}; use {', '.join(known)}")
    return known[plain]
