"""Units that registered devices may state, settled to the contract's µg/m³ at the door."""

from typing import Final

from domain.channels import CONCENTRATIONS, GASES

MOLAR_FACTOR: Final = {"o3": 1.962, "no2": 1.88, "no": 1.227, "nox": 1.88}
"""µg/m³ per ppb at 298.15 K and 1013.25 hPa (the reference condition of GB 3095-2026, 4.3): molar mass over the molar
volume 24.465 L/mol; NOx counts as NO2."""

_MASS_FACTOR: Final = {"ug/m3": 1.0, "µg/m³": 1.0, "mg/m3": 1e3, "ng/m3": 1e-3}
_MIXING_FACTOR: Final = {"ppb": 1.0, "ppm": 1e3}

UNITS: Final = ("ug/m3", "mg/m3", "ng/m3", "ppb", "ppm")


def to_ugm3(channel: str, unit: str) -> float:
    """Return what a value in `unit` is multiplied by to be in µg/m³.

    Args:
        channel: One of `CONCENTRATIONS`.
        unit: One of `UNITS`.

    Raises:
        ValueError: The unit is unknown, or the channel is no gas and the unit a mixing ratio.

    Examples:
        >>> to_ugm3("o3", "ppb"), to_ugm3("pm10", "mg/m3")
        (1.962, 1000.0)
    """
    if channel not in CONCENTRATIONS:
        raise ValueError(f"{channel!r} is no concentration; use {', '.join(sorted(CONCENTRATIONS))}")
    if unit in _MASS_FACTOR:
        return _MASS_FACTOR[unit]
    if unit not in _MIXING_FACTOR:
        raise ValueError(f"unit {unit!r} is unknown; use {', '.join(UNITS)}")
    if channel not in GASES:
        raise ValueError(f"{channel} is no gas, {unit} can't be settled; use ug/m3, mg/m3 or ng/m3")
    return _MASS_FACTOR["ug/m3"] * _MIXING_FACTOR[unit] * MOLAR_FACTOR[channel]
