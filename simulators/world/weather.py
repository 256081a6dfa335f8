"""The wind that turns, the temperature, humidity and rain of a scenario, minute by minute."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from domain.readings import FloatArray
from simulators.scenario_types import Scenario, Spell
from simulators.world.chance import generator, wander

SWING_DEG, SWING_M = 6.0, 4000.0
"""The wind differs over the zone by this, over this distance. Design values."""
CALM_SPEED_MS = 0.25
"""Mean wind in a calm spell. Design value."""


@dataclass(frozen=True, slots=True)
class WeatherSeries:
    """One value a minute from the start on, shape (minutes,) each.

    Attributes:
        wind_ms: Wind towards east and north, shape (minutes, 2). [m/s]
        local_hour: Hour of the local day, 0..24. [h]
        weekend: Whether it is Saturday or Sunday.
        stability: 0 = strongly mixed, 1 = still night.
        rain: 0..1.
        swing: Phase and direction of the wind's difference over the zone, shape (3,).
    """

    wind_ms: FloatArray
    temperature_c: FloatArray
    humidity_pct: FloatArray
    pressure_hpa: FloatArray
    rain: FloatArray
    stability: FloatArray
    local_hour: FloatArray
    weekend: np.ndarray
    swing: FloatArray

    def wind_at(self, time_s: float, xy_m: FloatArray) -> FloatArray:
        """Return the wind towards east and north at places, shape (n, 2). [m/s]"""
        minute = min(time_s / 60.0, len(self.wind_ms) - 1.001)
        low = int(minute)
        share = minute - low
        east, north = (1 - share) * self.wind_ms[low] + share * self.wind_ms[low + 1]
        turn = np.radians(SWING_DEG) * np.sin(xy_m @ self.swing[1:] + self.swing[0])
        return np.stack(
            [east * np.cos(turn) - north * np.sin(turn), east * np.sin(turn) + north * np.cos(turn)], axis=1
        )


def build_weather(scenario: Scenario, seed: int, start: datetime) -> WeatherSeries:
    """Draw the weather of a scenario from `start` on."""
    table, rng = scenario.weather, generator(seed, "weather")
    minutes = int(np.ceil(scenario.duration_min)) + 2
    now = np.arange(minutes, dtype=np.float64)
    hour, weekend = _local_time(scenario, start, now)
    from_deg = table.wind_from_deg + _turned(scenario, now)
    from_deg = (
        from_deg + wander(rng, minutes, 1, 150.0, table.wander_deg)[:, 0] + wander(rng, minutes, 1, 8.0, 6.0)[:, 0]
    )
    day = np.cos((hour - 14.0) / 24.0 * 2 * np.pi)
    slow = np.exp(wander(rng, minutes, 1, 120.0, 0.22)[:, 0] + 0.2 * day)
    gust = np.exp(wander(rng, minutes, 1, 2.0, table.gust_share)[:, 0])
    calm = _spells(table.calms, now)
    speed = table.wind_speed_ms * slow * gust * (1 - calm) + CALM_SPEED_MS * gust * calm
    towards = np.radians(from_deg + 180.0 + calm * wander(rng, minutes, 1, 15.0, 90.0)[:, 0])
    rain = _spells(table.rains, now)
    humidity = table.humidity_pct - 12.0 * day + wander(rng, minutes, 1, 300.0, 6.0)[:, 0] + 35.0 * rain
    stability = np.clip(0.5 - 0.45 * day, 0, 1) if table.stability < 0 else np.full(minutes, table.stability)
    return WeatherSeries(
        wind_ms=np.stack([speed * np.sin(towards), speed * np.cos(towards)], axis=1),
        temperature_c=table.temperature_c + 5.0 * day + wander(rng, minutes, 1, 300.0, 1.0)[:, 0] - 2.0 * rain,
        humidity_pct=np.clip(humidity, 5.0, 99.0),
        pressure_hpa=1012.0 + wander(rng, minutes, 1, 1500.0, 4.0)[:, 0],
        rain=rain,
        stability=stability,
        local_hour=hour,
        weekend=weekend,
        swing=_swing(rng),
    )


def _local_time(scenario: Scenario, start: datetime, now: FloatArray) -> tuple[FloatArray, np.ndarray]:
    local = start.astimezone(ZoneInfo(scenario.site.timezone))
    hours = local.hour + local.minute / 60.0 + now / 60.0
    weekday = (local.weekday() + hours // 24.0) % 7
    return hours % 24.0, weekday >= 5  # from Saturday on


def _turned(scenario: Scenario, now: FloatArray) -> FloatArray:
    turned = np.zeros(len(now))
    for turn in scenario.weather.turns:
        turned += turn.by_deg * np.clip((now - turn.start_min) / turn.duration_min, 0.0, 1.0)
    return turned


def _spells(spells: tuple[Spell, ...], now: FloatArray) -> FloatArray:
    """Return 0..1 (a spell of strength 0.5 or more is full), with ten minutes of coming and going."""
    share = np.zeros(len(now))
    for spell in spells:
        begin, end = spell.start_min, spell.start_min + spell.duration_min
        inside = np.clip(np.minimum((now - begin) / 10.0, (end - now) / 10.0), 0.0, 1.0)
        share = np.maximum(share, 2.0 * spell.strength * inside)
    return np.minimum(share, 1.0)


def _swing(rng: np.random.Generator) -> FloatArray:
    phase, direction = rng.uniform(0, 2 * np.pi, 2)
    wave = 2 * np.pi / SWING_M
    return np.array([phase, wave * np.sin(direction), wave * np.cos(direction)])
