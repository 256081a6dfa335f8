"""The desk's picture of all sensors as arrays: readings and judged minutes flow in, what to show flows out."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from domain.channels import N_POLLUTANTS
from domain.field import ChannelState, JudgedField
from domain.hot import healthy_channels, hot_channels
from domain.readings import Arrivals, BoolArray, FloatArray, IndexArray, IntArray, Readings
from domain.site import Site
from domain.wire import decode_judged, decode_rows
from maps.standing import OFFLINE, STALE, CodeArray, learn_interval, sensor_states, silence

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Picture:
    """What the map shows at one moment of the zone clock; one row a sensor, in the order of `site.sensors`.

    Attributes:
        clock_ms: The zone clock. [ms]
        code: State as a position in `standing.STATES`, shape (n,).
        channel: Which pollutant `value` is, index into `POLLUTANTS`, shape (n,).
        value: The value shown, NaN = none yet, shape (n,). [µg/m³]
        lon: Shape (n,). [degrees]
        lat: Shape (n,). [degrees]
    """

    clock_ms: int
    code: CodeArray
    channel: IndexArray
    value: FloatArray
    lon: FloatArray
    lat: FloatArray


class LiveZone:
    """All sensors as they stand; the only state of the live map.

    Attributes:
        clock_ms: The zone clock: the greatest receive time seen. [ms]
        judged_ms: Start of the last judged minute, 0 = none. [ms]
        values: Last value per pollutant, shape (sensors, 4). [µg/m³]
        received_ms: Last receipt, 0 = never, shape (sensors,). [ms]
        time_ms: Time of the last measurement, 0 = never, shape (sensors,). [ms]
        heard_ms: Last receipt of each pollutant's newest value, 0 = never, shape (sensors, 4). [ms]
        background, upper, flags, channel_state: From the last judged minute, shape (sensors, 4).
    """

    def __init__(self, site: Site, hot_hold_s: float = 30.0) -> None:
        count = len(site.sensors)
        shape = (count, N_POLLUTANTS)
        self.site = site
        self.sensor_ids = pa.array(site.sensor_ids, type=pa.string())
        self.is_vehicle: BoolArray = site.is_vehicle
        self.clock_ms = 0
        self.judged_ms = 0
        self.values = np.full(shape, np.nan)
        self.time_ms: IntArray = np.zeros(count, np.int64)
        self.received_ms: IntArray = np.zeros(count, np.int64)
        self.heard_ms: IntArray = np.zeros(shape, np.int64)
        self.interval_ms = np.full(count, np.nan)
        self.lon = np.array([sensor.lon for sensor in site.sensors], dtype=np.float64)
        self.lat = np.array([sensor.lat for sensor in site.sensors], dtype=np.float64)
        self.background = np.full(shape, np.nan)
        self.upper = np.full(shape, np.nan)
        self.flags = np.zeros(shape, np.uint16)
        self.channel_state = np.full(shape, ChannelState.UNJUDGED, np.uint8)
        self._healthy: BoolArray = np.zeros(shape, np.bool_)
        self._hot_until_ms: IntArray = np.zeros(shape, np.int64)
        self._hot_hold_ms = int(hot_hold_s * 1000)

    def take_message(self, topic: str, raw: bytes) -> tuple[Arrivals | JudgedField, BoolArray]:
        """Take one message of a `….readings` or `….breaches` topic.

        Returns:
            What was in it, and which of its readings' values are hot, shape (n, 4).

        Raises:
            ValueError: Not what the topic carries; so does `msgspec.MsgspecError`.
        """
        if topic.endswith(".breaches"):
            judged = decode_judged(raw)
            self.take_judged(judged)
            return judged, np.zeros((0, N_POLLUTANTS), np.bool_)
        arrivals = decode_rows(raw, self.sensor_ids)
        return arrivals, self.take_arrivals(arrivals)

    def take_arrivals(self, arrivals: Arrivals) -> BoolArray:
        """Take readings and the clock; return which values are hot, shape (n, 4)."""
        self.clock_ms = max(self.clock_ms, arrivals.clock_ms)
        rows = arrivals.readings
        hot = hot_channels(rows, self.upper, self._healthy)
        if len(rows):
            self._take_receipts(rows)
            self._take_values(rows, hot)
        return hot

    def _take_receipts(self, rows: Readings) -> None:
        newest = np.zeros_like(self.received_ms)
        np.maximum.at(newest, rows.sensor, rows.received_ms)
        before = self.received_ms
        gap = np.where((before > 0) & (newest > before), newest - before, 0).astype(np.float64)
        self.interval_ms = learn_interval(self.interval_ms, gap)
        self.received_ms = np.maximum(before, newest)

    def _take_values(self, rows: Readings, hot: BoolArray) -> None:
        """Keep each sensor's newest values by time of measurement; a late row changes nothing."""
        order = np.argsort(rows.time_ms, kind="stable")
        order = order[rows.time_ms[order] >= self.time_ms[rows.sensor[order]]]
        sensor = rows.sensor[order]
        self.time_ms[sensor] = rows.time_ms[order]  # numpy keeps the last of equal indices: the newest
        for channel in range(N_POLLUTANTS):
            value = rows.values[order, channel]
            present = ~np.isnan(value)
            self.values[sensor[present], channel] = value[present]
            self.heard_ms[sensor[present], channel] = rows.received_ms[order[present]]
        burning, channel_of = np.nonzero(hot[order])
        self._hot_until_ms[sensor[burning], channel_of] = self.clock_ms + self._hot_hold_ms
        placed = order[self.is_vehicle[sensor] & ~np.isnan(rows.position[order, :2]).any(axis=1)]
        self.lon[rows.sensor[placed]] = rows.position[placed, 0]
        self.lat[rows.sensor[placed]] = rows.position[placed, 1]

    def take_judged(self, judged: JudgedField) -> None:
        """Take a judged minute; one that is older than the last changes nothing."""
        if judged.minute_ms < self.judged_ms:
            return
        self.judged_ms = judged.minute_ms
        self.clock_ms = max(self.clock_ms, judged.clock_ms)
        self.background = self._spread(judged, judged.background, np.nan)
        self.upper = self._spread(judged, judged.upper, np.nan)
        self.flags = self._spread(judged, judged.flags, 0)
        self.channel_state = self._spread(judged, judged.state, ChannelState.UNJUDGED)
        self._healthy = healthy_channels(self.flags, self.channel_state)

    def _spread(self, judged: JudgedField, rows: npt.NDArray[Number], missing: float) -> npt.NDArray[Number]:
        """Return the rows of a judged minute for all sensors; a new array, for others may be reading the old one."""
        spread = np.full((len(self.site.sensors), N_POLLUTANTS), missing, rows.dtype)
        spread[judged.sensor] = rows
        return spread

    def picture(self) -> Picture:
        """Return what the map shows now."""
        hot: BoolArray = self._hot_until_ms > self.clock_ms
        stale, offline = silence(self.clock_ms, self.received_ms, self.interval_ms)
        code = sensor_states(self.channel_state, self.flags, hot, stale, offline)
        channel = self._shown_channel(hot)
        value = np.take_along_axis(self.values, channel[:, np.newaxis], axis=1)[:, 0]
        return Picture(self.clock_ms, code, channel, value, self.lon, self.lat)

    def codes_of(self, channel: int) -> CodeArray:
        """Return each sensor's state as far as one pollutant goes, as a position in `STATES`, shape (sensors,).

        A pollutant that was silent for too long is stale though its sensor speaks.
        """
        one = slice(channel, channel + 1)
        hot: BoolArray = self._hot_until_ms[:, one] > self.clock_ms
        stale, offline = silence(self.clock_ms, self.received_ms, self.interval_ms)
        _, unheard = silence(self.clock_ms, self.heard_ms[:, channel], self.interval_ms)
        return sensor_states(self.channel_state[:, one], self.flags[:, one], hot, stale | unheard, offline)

    def _shown_channel(self, hot: BoolArray) -> IndexArray:
        """Return the pollutant that is shown, shape (sensors,).

        Of the channels that are hot or in breach the one that stands highest above its background; where none is, the
        first pollutant that the sensor measures (PM2.5 as a rule).
        """
        raised = hot | (self.channel_state == ChannelState.BREACH) | (self.channel_state == ChannelState.HOT)
        ratio = self.values / np.maximum(self.background, 1.0)
        ratio = np.where(raised & ~np.isnan(ratio), ratio, -1.0)
        first = np.argmax(~np.isnan(self.values), axis=1)
        shown: IndexArray = np.where(raised.any(axis=1), ratio.argmax(axis=1), first).astype(np.int32)
        return shown

    def silent_s(self, sensor_id: str) -> float | None:
        """Return for how long a sensor of the site has said nothing by the zone clock; None = it never spoke. [s]"""
        heard_ms = int(self.received_ms[self.site.sensor_ids.index(sensor_id)])
        return max(0.0, (self.clock_ms - heard_ms) / 1000) if heard_ms else None

    def counts(self, picture: Picture) -> dict[str, int]:
        """Return how many sensors there are, and how many of them speak."""
        quiet = int(((picture.code == STALE) | (picture.code == OFFLINE)).sum())
        return {"total": len(picture.code), "online": len(picture.code) - quiet}
