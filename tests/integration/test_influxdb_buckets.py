"""What `prepare` makes in a real InfluxDB: two buckets with their retention, and the task that thins out."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from influxdb_client import InfluxDBClient

from streams.history.influxdb import InfluxHistory
from streams.history.settings import HistorySettings
from tests.builders_history import NOW_MS, judged, readings, site

pytestmark = pytest.mark.services
DAY_MS = 86_400_000


@pytest.fixture
def settings() -> HistorySettings:
    url = os.environ.get("WUGAN_TEST_INFLUXDB")
    if not url:
        pytest.skip("WUGAN_TEST_INFLUXDB is not set: no InfluxDB to test against")
    return HistorySettings(
        url=url,
        token=os.environ["WUGAN_TEST_INFLUXDB_TOKEN"],
        org=os.environ["WUGAN_TEST_INFLUXDB_ORG"],
        bucket=f"test-{uuid.uuid4().hex}",
        site="etown",
        retries=0,
    )


@pytest.fixture
def client(settings: HistorySettings) -> Iterator[Any]:
    with InfluxDBClient(url=settings.url, token=settings.token, org=settings.org) as client:
        yield client
        for name in (settings.bucket, settings.bucket_1m):
            bucket = client.buckets_api().find_bucket_by_name(name)
            if bucket is not None:
                client.buckets_api().delete_bucket(bucket)
        for task in client.tasks_api().find_tasks(name=settings.bucket_1m):
            client.tasks_api().delete_task(task.id)


@pytest.fixture
def history(settings: HistorySettings) -> Iterator[InfluxHistory]:
    history = InfluxHistory(settings)
    yield history
    history.close()


def test_preparing_twice_makes_everything_once(history: InfluxHistory, settings: HistorySettings, client: Any) -> None:
    history.prepare()
    history.prepare()

    buckets = [client.buckets_api().find_bucket_by_name(name) for name in (settings.bucket, settings.bucket_1m)]
    assert [bucket.retention_rules[0].every_seconds for bucket in buckets] == [30 * 86_400, 400 * 86_400]
    assert len(client.tasks_api().find_tasks(name=settings.bucket_1m)) == 1


def test_the_task_makes_minutes_of_raw_readings(history: InfluxHistory, settings: HistorySettings, client: Any) -> None:
    history.prepare()
    now_ms = int(
        client.query_api().query('import "array" array.from(rows: [{t: now()}])')[0].records[0]["t"].timestamp()
    )
    minute_ms = now_ms // 60 * 60_000 - 120_000
    rows = readings({"time_ms": minute_ms, "pm25": 10.0}, {"time_ms": minute_ms + 59_000, "pm25": 20.0})
    history.write_readings(rows, site())
    task = client.tasks_api().find_tasks(name=settings.bucket_1m)[0]

    flux = task.flux.split("\n\n", 2)
    client.query_api().query(f"{flux[0]}\n\n{flux[2]}")

    thinned = client.query_api().query(f'from(bucket: "{settings.bucket_1m}") |> range(start: -1h)')
    records = [record for table in thinned for record in table.records]
    assert {record.get_measurement() for record in records} == {"reading_1m"}
    assert [(int(record.get_time().timestamp() * 1000), record.get_value()) for record in records] == [
        (minute_ms, 15.0)
    ]


def test_a_reading_beyond_retention_is_refused(history: InfluxHistory, client: Any) -> None:
    history.prepare()

    with pytest.raises(ValueError, match="retention"):
        history.write_readings(readings({"time_ms": 1_500_000_000_000, "pm25": 1.0}), site())


def test_a_missing_bucket_keeps_the_rows_waiting(history: InfluxHistory) -> None:
    with pytest.raises(ConnectionError, match="404"):
        history.write_judged([judged(value_pm25=1.0)], site())


def test_a_wrong_token_is_told_at_the_start(settings: HistorySettings) -> None:
    history = InfluxHistory(replace(settings, token="wrong-token"))  # noqa: S106 - a made-up one

    with pytest.raises(ConnectionError, match="401") as refusal:
        history.prepare()
    history.close()

    assert "wrong-token" not in str(refusal.value)


def test_a_token_that_may_only_write_and_read_prepares_nothing(settings: HistorySettings, client: Any) -> None:
    from influxdb_client import Permission, PermissionResource

    InfluxHistory(settings).prepare()
    org = client.organizations_api().find_organizations(org=settings.org)[0].id
    permissions = [
        Permission(action=action, resource=PermissionResource(type="buckets", org_id=org, id=bucket.id))
        for name in (settings.bucket, settings.bucket_1m)
        for bucket in [client.buckets_api().find_bucket_by_name(name)]
        for action in ("read", "write")
    ]
    authorization = client.authorizations_api().create_authorization(org_id=org, permissions=permissions)
    history = InfluxHistory(replace(settings, token=authorization.token))

    history.prepare()
    history.write_judged([judged(value_pm25=3.0)], site())
    kept = history.series("ms-001", "pm25", NOW_MS, NOW_MS + 1).value.tolist()
    history.close()
    client.authorizations_api().delete_authorization(authorization)

    assert kept == [3.0]
