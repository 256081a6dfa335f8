"""What evidence needs from the outside world."""

from typing import Protocol

from domain.series import JudgedRows, ReadingRows, WeatherRows


class Records(Protocol):
    """Reads what was measured and judged. Blocks; raises ConnectionError where trying again later may work."""

    def readings_of(self, sensor_id: str, since_ms: int, until_ms: int) -> ReadingRows:
        """Return one sensor's raw readings in [since, until)."""
        ...

    def judged_of(self, sensor_id: str, since_ms: int, until_ms: int) -> JudgedRows:
        """Return one sensor's judged minutes in [since, until)."""
        ...

    def weather_of(self, since_ms: int, until_ms: int) -> WeatherRows:
        """Return every weather station's rows in [since, until)."""
        ...
