"""Laws of the comparison with neighbours: what is a fault, what is a plume, and when a fault heals."""

from dataclasses import replace

import numpy as np
import pytest

from domain import detect
from domain.channels import MINUTE_MS
from domain.field import ChannelState, Flag, JudgedField, WeatherMinute
from domain.minute import MinuteHead, empty_minute
from domain.network import network_of
from domain.readings import FloatArray
from tests.builders import START_MS, a_site

SITE = a_site(4)
NETWORK = network_of(SITE, SITE.rules.detect.neighbours)
WARM = 80
FAULTS = Flag.UNIT | Flag.DRIFT | Flag.STUCK
DAMP = WeatherMinute(
    ("w",), np.array([116.5]), np.array([39.8]), np.array([[2.0, 225.0, 10.0, 94.0, 1000.0]]), np.zeros(1)
)


def quiet_air(minutes: int, seed: int = 5) -> FloatArray:
    """Return air that moves slowly, with correlated noise of a real network, shape (minutes, sensors, 4)."""
    rng = np.random.default_rng(seed)
    noise = np.empty((minutes, len(SITE.sensors), 4))
    noise[0] = rng.normal(0.0, 0.07, noise[0].shape)
    for i in range(1, minutes):
        noise[i] = 0.9 * noise[i - 1] + rng.normal(0.0, 0.03, noise[0].shape)
    common = 0.35 * np.sin(np.arange(minutes) / 60.0)[:, np.newaxis, np.newaxis]
    air: FloatArray = np.array([40.0, 80.0, 60.0, 70.0]) * np.exp(noise + common)
    return air


def judged(values: FloatArray, weather: WeatherMinute | None = None) -> list[JudgedField]:
    """Return the minutes as detect judges them."""
    state, fields = detect.start(SITE), []
    places = np.array([(sensor.lon, sensor.lat) for sensor in SITE.sensors])
    for i, value in enumerate(values):
        minute = empty_minute(MinuteHead(START_MS + i * MINUTE_MS, START_MS + (i + 1) * MINUTE_MS, DAMP))
        spoke = np.flatnonzero(~np.isnan(value).all(axis=1)).astype(np.int32)
        minute = replace(
            minute,
            sensor=spoke,
            lon=places[spoke, 0],
            lat=places[spoke, 1],
            value=value[spoke],
            completeness=np.ones((len(spoke), 4)),
            flags=np.zeros((len(spoke), 4), np.uint16),
            weather=weather or replace(DAMP, values=np.array([[2.0, 225.0, 10.0, 50.0, 1000.0]])),
        )
        state, field = detect.advance(state, minute, NETWORK, SITE.rules.detect)
        assert field is not None
        fields.append(field)
    return fields


def flags_of(fields: list[JudgedField], sensor: int = 5) -> np.ndarray:
    """Return one sensor's flags, shape (minutes, 4)."""
    return np.array([field.flags[np.flatnonzero(field.sensor == sensor)[0]] for field in fields])


@pytest.mark.parametrize("seed", range(6))
def test_a_strong_plume_is_never_a_fault(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = quiet_air(300, seed)
    strength = np.array([120.0, 200.0, 150.0, 0.0]) * rng.lognormal(0.0, 0.5, (180, 1))
    values[100:280, 5] += strength
    fields = judged(values)
    assert not (flags_of(fields) & FAULTS).any()
    states = np.array([field.state[5, 0] for field in fields])
    assert (states[110:275] == ChannelState.BREACH).mean() > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_air_without_faults_is_not_flagged(seed: int) -> None:
    fields = judged(quiet_air(400, seed))
    assert not any(field.flags.any() for field in fields)


@pytest.mark.parametrize(
    ("channel", "factor", "after"), [(2, 1.88, 45), (2, 1 / 1.88, 45), (3, 0.5, 45), (1, 0.001, 8)]
)
def test_a_unit_slip_is_held_until_it_agrees_again(channel: int, factor: float, after: int) -> None:
    values = quiet_air(240)
    values[100:180, 5, channel] *= factor
    bits = flags_of(judged(values))[:, channel]
    assert not (bits[:101] & Flag.UNIT).any()
    assert (bits[100 + after : 180] & Flag.UNIT).all()
    assert not (bits[200:] & Flag.UNIT).any()


@pytest.mark.parametrize("factor", [1.88, 40.0, 110.0])
def test_a_neighbour_s_short_burst_lets_go_no_slip(factor: float) -> None:
    values = quiet_air(240)
    values[100:180, 5, 2] *= factor
    values[150:154, NETWORK.neighbour[5, 0], 2] *= 1.8
    assert (flags_of(judged(values))[145:180, 2] & Flag.UNIT).all()


@pytest.mark.parametrize(("factor", "plume_min", "held_min"), [(40.0, 40, 0), (40.0, 4, 40), (1000.0, 40, 40)])
def test_what_a_neighbour_sees_for_long_is_a_plume_unless_it_is_beyond_any(
    factor: float, plume_min: int, held_min: int
) -> None:
    values = quiet_air(160)
    values[100:150, 5, 2] *= factor
    values[100 : 100 + plume_min, NETWORK.neighbour[5, 0], 2] *= 3.0
    bits = flags_of(judged(values))[110:150, 2]
    assert np.count_nonzero(bits & Flag.UNIT) == held_min


@pytest.mark.parametrize("factor", [1.9, 1 / 1.9])
@pytest.mark.parametrize("seed", range(3))
def test_what_comes_within_minutes_and_stays_at_a_gas_s_factor_is_no_slip(factor: float, seed: int) -> None:
    values = quiet_air(240, seed)
    share = np.clip(np.arange(80) / 8.0, 0.0, 1.0)
    values[100:180, 5, 2] *= factor**share
    assert not (flags_of(judged(values))[:, 2] & Flag.UNIT).any()


def test_a_slip_that_is_known_for_half_an_hour_is_held_while_a_neighbour_sees_a_plume() -> None:
    values = quiet_air(240)
    values[100:180, 5, 2] *= 40.0
    values[140:142, 5, 2] *= 3.0
    values[140:170, NETWORK.neighbour[5, 0], 2] *= 3.0
    assert (flags_of(judged(values))[110:180, 2] & Flag.UNIT).all()


def test_a_slip_that_begins_in_a_neighbour_s_plume_is_held_when_that_is_over() -> None:
    values = quiet_air(240)
    values[100:200, 5, 2] *= 40.0
    values[100:120, NETWORK.neighbour[5, 0], 2] *= 3.0
    bits = flags_of(judged(values))[:, 2]
    assert not (bits[110:120] & Flag.UNIT).any()
    assert (bits[145:200] & Flag.UNIT).all()


def test_sensors_that_slip_together_are_no_witnesses_of_each_other() -> None:
    values = quiet_air(160)
    values[100:150, [5, NETWORK.neighbour[5, 0]], 2] *= 40.0
    assert (flags_of(judged(values))[110:150, 2] & Flag.UNIT).all()


def test_a_sensor_that_creeps_away_alone_drifts_and_heals() -> None:
    values = quiet_air(500)
    values[100:300, 5, :2] *= (1.0 + 0.01 * np.arange(200))[:, np.newaxis]
    bits = flags_of(judged(values))
    assert (bits[160:300, :2] & Flag.DRIFT).any(axis=0).all()  # until its offset is learnt anew
    assert not (bits[:160] & Flag.DRIFT).any()
    assert not (bits[360:] & Flag.DRIFT).any()
    assert not (bits[:, 2:] & Flag.DRIFT).any()


def test_a_channel_stuck_while_its_neighbours_move_is_stuck_sooner_and_heals_with_the_first_new_value() -> None:
    values = quiet_air(240)
    values[100:] *= np.exp(0.015 * np.arange(140))[:, np.newaxis, np.newaxis]
    values[100:170, 5, 0] = values[100, 5, 0]
    bits = flags_of(judged(values))[:, 0]
    assert (bits[155:170] & Flag.STUCK).all()
    assert not (bits[171:] & Flag.STUCK).any()


def test_whole_numbers_in_air_that_rests_are_not_stuck() -> None:
    values = np.tile(np.array([6.0, 9.0, 8.0, 12.0]), (240, len(SITE.sensors), 1))
    assert not any(field.flags.any() for field in judged(values))


def test_a_channel_that_stops_while_its_device_goes_on_is_offline() -> None:
    values = quiet_air(150)
    values[100:130, 5, 1] = np.nan
    bits = flags_of(judged(values))
    assert (bits[118:130, 1] == Flag.OFFLINE).all()
    assert not bits[:, 0].any()
    assert not bits[131:].any()


def test_a_sensor_that_swells_alone_is_trusted_less_and_a_plume_in_humid_air_is_not() -> None:
    values = quiet_air(140)
    values[100:130, 5, :2] *= 1.6
    dry, damp = judged(values), judged(values, DAMP)
    assert damp[120].sigma[5, 0] > dry[120].sigma[5, 0]
    assert damp[120].sigma[5, 2] == dry[120].sigma[5, 2]
    assert not any((field.state[5, :2] == ChannelState.BREACH).any() for field in damp)
    values[100:130, 5, 2] += 200.0  # a gas that rises with it is no water
    assert (judged(values, DAMP)[125].state[5, :3] == ChannelState.BREACH).all()
