"""What every history promises; one suite over both adapters."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from domain.channels import CHANNEL_INDEX, POLLUTANTS
from domain.field import ChannelState, Flag
from domain.site import Site
from streams.history import AnyHistory, HistorySettings, open_history
from tests.builders_history import NOW_MS, ODD, ODD_ID, PLAIN, SENSOR_IDS, VEHICLE, judged, readings, site, weather

PM25, PM10, NOX, O3 = (CHANNEL_INDEX[name] for name in POLLUTANTS)
HOUR_MS = 3600_000


def influx_settings() -> HistorySettings:
    url = os.environ.get("WUGAN_TEST_INFLUXDB")
    if not url:
        pytest.skip("WUGAN_TEST_INFLUXDB is not set: no InfluxDB to test against")
    return HistorySettings(
        url=url,
        token=os.environ["WUGAN_TEST_INFLUXDB_TOKEN"],
        org=os.environ["WUGAN_TEST_INFLUXDB_ORG"],
        bucket=os.environ["WUGAN_TEST_INFLUXDB_BUCKET"],
        site=f"test-{uuid.uuid4().hex}",
        raw_days=0,
        minute_days=0,
        retries=0,
    )


@pytest.fixture(params=["sqlite", pytest.param("influxdb", marks=pytest.mark.services)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> HistorySettings:
    """A history of its own: another file, or another site in the same buckets."""
    if request.param == "influxdb":
        return influx_settings()
    return HistorySettings(url=f"sqlite:///{tmp_path}/history.sqlite", site="etown")


@pytest.fixture
def zone(settings: HistorySettings) -> Site:
    return site(settings.site)


@pytest.fixture
def history(settings: HistorySettings) -> Iterator[AnyHistory]:
    history = open_history(settings)
    history.prepare()
    yield history
    history.close()


def raw(history: AnyHistory, sensor: int = PLAIN, hours: int = 1) -> list[tuple[int, list[float | None]]]:
    rows = history.readings_of(SENSOR_IDS[sensor], NOW_MS - hours * HOUR_MS, NOW_MS + hours * HOUR_MS)
    plain = [[None if np.isnan(value) else value for value in row] for row in rows.values[:, :4].tolist()]
    return list(zip(rows.time_ms.tolist(), plain, strict=True))


def test_a_reading_comes_back_as_it_was(history: AnyHistory, zone: Site) -> None:
    history.write_readings(
        readings({"sensor": VEHICLE, "lon": 116.51234567, "lat": 39.7, "pm25": 35.25, "wind_from_deg": 315.0}), zone
    )

    rows = history.readings_of("pv-1", NOW_MS, NOW_MS + 1)

    assert rows.time_ms.tolist() == [NOW_MS]
    assert (rows.lon[0], rows.lat[0]) == (116.51234567, 39.7)
    assert rows.values[0, PM25] == 35.25
    assert rows.values[0, CHANNEL_INDEX["wind_from_deg"]] == 315.0


def test_writing_twice_is_one(history: AnyHistory, zone: Site) -> None:
    for _ in range(2):
        history.write_readings(readings({"pm25": 12.5}), zone)
        history.write_judged([judged(value_pm25=12.5)], zone)
        history.write_weather(weather("w1", wind_speed_ms=2.0))

    assert raw(history) == [(NOW_MS, [12.5, None, None, None])]
    assert history.judged_of("ms-001", NOW_MS, NOW_MS + 60_000).time_ms.tolist() == [NOW_MS]


def test_a_later_message_of_the_same_moment_adds_channels(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({"pm25": 12.5, "pm10": 20.0}), zone)
    history.write_readings(readings({"nox": 40.0}), zone)

    assert raw(history) == [(NOW_MS, [12.5, 20.0, 40.0, None])]


def test_the_same_moment_twice_in_one_batch_is_one(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({"pm25": 12.5}, {"o3": 80.0}), zone)

    assert raw(history) == [(NOW_MS, [12.5, None, None, 80.0])]


def test_what_is_not_a_number_is_absent(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({"pm25": float("nan"), "pm10": float("inf"), "nox": 0.0}, {"time_ms": 0}), zone)

    assert raw(history) == [(NOW_MS, [None, None, 0.0, None])]


def test_a_sensor_that_says_nothing_leaves_nothing_or_emptiness(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({}), zone)

    assert all(values == [None] * 4 for _, values in raw(history))


def test_the_order_of_arrival_does_not_matter(history: AnyHistory, zone: Site) -> None:
    for step in (3, 1, 2, 0):
        history.write_readings(readings({"time_ms": NOW_MS + step * 1000, "pm25": float(step)}), zone)

    assert [values[0] for _, values in raw(history)] == [0.0, 1.0, 2.0, 3.0]


def test_milliseconds_are_kept(history: AnyHistory, zone: Site) -> None:
    moments = [NOW_MS, NOW_MS + 1, NOW_MS + 999]
    history.write_readings(readings(*({"time_ms": moment, "pm25": 1.0} for moment in moments)), zone)

    assert [moment for moment, _ in raw(history)] == moments


def test_a_series_brings_its_band(history: AnyHistory, zone: Site) -> None:
    history.write_judged([judged(value_pm10=186.0, background_pm10=41.0, upper_pm10=60.5, value_o3=7.0)], zone)
    history.write_judged([judged(minute_ms=NOW_MS + 60_000, value_pm10=50.0)], zone)

    series = history.series("ms-001", "pm10", NOW_MS, NOW_MS + HOUR_MS)

    assert series.time_ms.tolist() == [NOW_MS, NOW_MS + 60_000]
    assert series.value.tolist() == [186.0, 50.0]
    assert (series.background[0], series.upper[0]) == (41.0, 60.5)
    assert np.isnan(series.background[1])


def test_a_series_ends_before_its_until(history: AnyHistory, zone: Site) -> None:
    history.write_judged([judged(minute_ms=NOW_MS + step * 60_000, value_pm25=1.0) for step in range(3)], zone)

    series = history.series("ms-001", "pm25", NOW_MS + 60_000, NOW_MS + 120_000)

    assert series.time_ms.tolist() == [NOW_MS + 60_000]


def test_a_judged_minute_brings_state_and_flags(history: AnyHistory, zone: Site) -> None:
    breach, flags = ChannelState.BREACH, Flag.STUCK | Flag.DRIFT
    history.write_judged([judged(value_nox=90.0, state_nox=breach, flags_o3=flags)], zone)

    rows = history.judged_of("ms-001", NOW_MS, NOW_MS + 1)

    assert rows.state[0].tolist() == [0, 0, breach, 0]
    assert rows.flags[0].tolist() == [0, 0, 0, flags]


def test_nobody_known_gives_nothing(history: AnyHistory) -> None:
    assert len(history.series("nobody", "pm25", NOW_MS, NOW_MS + HOUR_MS)) == 0
    assert len(history.readings_of("nobody", NOW_MS, NOW_MS + HOUR_MS)) == 0
    assert len(history.judged_of("nobody", NOW_MS, NOW_MS)) == 0


def test_odd_names_are_names_only(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({"sensor": ODD, "pm25": 5.0}, {"sensor": PLAIN, "pm25": 6.0}), zone)
    history.write_judged([judged(value_pm25=7.0)], zone)
    history.write_weather(weather('气象 1,站="东"\\', wind_speed_ms=2.0))

    assert raw(history, ODD) == [(NOW_MS, [5.0, None, None, None])]
    assert raw(history, PLAIN) == [(NOW_MS, [6.0, None, None, None])]
    assert history.series(ODD_ID, "pm25", NOW_MS, NOW_MS + 1).value.tolist() == [7.0]


def test_another_site_is_another_history(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({"pm25": 5.0}), site("elsewhere"))

    assert raw(history) == []


def test_a_big_batch_is_kept_whole(history: AnyHistory, zone: Site) -> None:
    rows = 12_345
    batch = readings(*({} for _ in range(rows)))
    batch.time_ms[:] = NOW_MS + np.arange(rows) * 100
    batch.values[:, PM25] = np.arange(rows) / 10

    history.write_readings(batch, zone)

    kept = history.readings_of("ms-001", NOW_MS, NOW_MS + HOUR_MS)
    assert len(kept) == rows
    assert np.array_equal(kept.values[:, PM25], np.arange(rows) / 10)


def test_what_was_written_is_there_after_closing(settings: HistorySettings, zone: Site) -> None:
    first = open_history(settings)
    first.prepare()
    first.write_readings(readings({"pm25": 5.0}), zone)
    first.close()

    second = open_history(settings)
    kept = raw(second)
    second.close()

    assert kept == [(NOW_MS, [5.0, None, None, None])]


def test_preparing_again_is_harmless(history: AnyHistory, zone: Site) -> None:
    history.write_readings(readings({"pm25": 5.0}), zone)

    history.prepare()

    assert raw(history) == [(NOW_MS, [5.0, None, None, None])]


def test_a_check_says_what_answers(history: AnyHistory) -> None:
    assert "SQLite" in history.check() or "InfluxDB" in history.check()


def test_a_reader_without_a_site_sees_every_site(settings: HistorySettings, history: AnyHistory, zone: Site) -> None:
    minute_ms = NOW_MS - 60_000 * (uuid.uuid4().int % 10**7)  # one that no other run has in a shared bucket
    history.write_judged([judged(minute_ms=minute_ms, value_pm25=5.0)], zone)
    everybody = open_history(replace(settings, site=""))

    series = everybody.series("ms-001", "pm25", minute_ms, minute_ms + 1)
    everybody.close()

    assert series.value.tolist() == [5.0]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite:////proc/nowhere/history.sqlite", id="sqlite"),
        pytest.param("http://127.0.0.1:9", id="influx"),
    ],
)
def test_a_history_that_is_away_may_come_back(url: str) -> None:
    history = open_history(HistorySettings(url=url, site="etown", retries=0, timeout_s=2.0))

    with pytest.raises(ConnectionError, match="away"):
        history.write_readings(readings({"pm25": 5.0}), site())
    with pytest.raises(ConnectionError, match="away"):
        history.series("ms-001", "pm25", NOW_MS, NOW_MS + 1)
    history.close()


def test_names_that_are_no_text_are_refused(history: AnyHistory) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        history.write_weather(weather("w\udce4", wind_speed_ms=2.0))


@pytest.mark.parametrize("url", ["mysql://root:secret@host/db", "sqlite:///", "history"])
def test_an_unknown_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path") as refusal:
        open_history(HistorySettings(url=url))

    assert "secret" not in str(refusal.value)


def test_the_token_is_never_shown() -> None:
    assert "s3cret" not in repr(HistorySettings(token="s3cret"))  # noqa: S106 - a made-up one


def test_a_judged_minute_brings_its_scatter(history: AnyHistory, zone: Site) -> None:
    history.write_judged([judged(value_pm10=90.0, sigma_pm10=0.25)], zone)

    rows = history.judged_of("ms-001", NOW_MS, NOW_MS + 1)

    assert rows.sigma[0, 1] == 0.25
    assert np.isnan(rows.sigma[0, 0])


def test_weather_comes_back_by_time_then_by_station(history: AnyHistory) -> None:
    odd = '气象 1,站="东"'
    history.write_weather(weather(odd, wind_speed_ms=2.0, wind_from_deg=315.0))
    history.write_weather(weather("a", NOW_MS + 60_000, wind_speed_ms=3.0))
    history.write_weather(weather("a", wind_speed_ms=1.0))

    rows = history.weather_of(NOW_MS, NOW_MS + 60_001)

    assert list(zip(rows.time_ms.tolist(), rows.station_id, strict=True)) == [
        (NOW_MS, "a"),
        (NOW_MS, odd),
        (NOW_MS + 60_000, "a"),
    ]
    assert rows.values[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert rows.values[1, 1] == 315.0
    assert (rows.lon[0], rows.lat[0]) == (116.5, 39.8)
    assert len(history.weather_of(NOW_MS + 1, NOW_MS + 1)) == 0
    assert len(history.weather_of(NOW_MS + 1, NOW_MS + 2)) == 0
