"""The live zone to how its devices stand, in the words of the pages."""

from collections.abc import Iterator
from typing import Any, cast

from alerts.sensors.ports import DevicesNow, SensorNow
from maps import features
from maps.live import LiveZone


class LiveDevices:
    """All devices of a live zone; what the map shows and what the pages say is one and the same."""

    def __init__(self, live: LiveZone) -> None:
        self._live = live

    def now(self) -> DevicesNow:
        """Return all devices in the order of their ids."""
        live = self._live
        return DevicesNow(
            clock_ms=live.clock_ms or None, judged_ms=live.judged_ms or None, sensors=tuple(self._sensors())
        )

    def _sensors(self) -> Iterator[SensorNow]:
        told = cast("list[dict[str, Any]]", features.sensors(self._live)["features"])
        for sensor, feature, time_ms in zip(self._live.site.sensors, told, self._live.time_ms.tolist(), strict=True):
            known = feature["properties"]
            yield SensorNow(
                sensor_id=sensor.sensor_id,
                kind=sensor.kind.value,
                state=known["state"],
                measured_ms=time_ms or None,
                age_s=known["age_s"],
                values=known["values"],
                flags={name: flags for name, flags in known["flags"].items() if flags},
                calibrated_on=sensor.calibrated_on,
            )
