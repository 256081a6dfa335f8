"""Whatever comes, nothing is thrown, and every reading is accounted for."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain.channels import CHANNELS
from ingest.decode import decode
from ingest.explain import explain
from ingest.grammar import reading_grammar
from ingest.intake import Intake
from ingest.settings import IngestSettings
from tests.builders_ingest import NOW_MS, READINGS, SITE, a_message, rows_of

LIVE = reading_grammar(replay=False)
TOPICS = st.sampled_from(
    [
        *(READINGS.format(name) for name in ("s1", "s2", "v1", "s9")),
        "wugan/v1/other/s1/readings",
        "wugan/v1/test/w1/weather",
        "wugan/v1/test/s1/status",
        "wugan/v1/test/_clock/tick",
        "elsewhere",
    ]
)
KEYS = st.sampled_from(["time", "lon", "lat", "seq", "received_at", *CHANNELS, "firmware", ""])
NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(NOW_MS - 10, NOW_MS + 400_000),
    st.floats(),
    st.text(max_size=5),
)
VALUES = st.one_of(NUMBERS, st.just("2026-03-01T00:00:00Z"), st.lists(st.integers(), max_size=2))
ELEMENTS = st.one_of(st.dictionaries(KEYS, VALUES, max_size=6), NUMBERS, st.lists(NUMBERS, max_size=2))
GOOD = st.fixed_dictionaries(
    {"time": st.integers(NOW_MS - 5, NOW_MS), "pm10": st.one_of(st.none(), st.floats(0, 1000))},
    optional={"pm25": st.floats(0, 1000), "lon": st.just(116.5), "seq": st.integers(0, 9)},
)
JSON = st.one_of(ELEMENTS, st.lists(ELEMENTS, max_size=5), GOOD, st.lists(GOOD, max_size=5)).map(
    lambda value: json.dumps(value).encode()
)
PAYLOADS = st.one_of(
    st.binary(max_size=60), JSON, st.tuples(JSON, st.integers(0, 80)).map(lambda cut: cut[0][: cut[1]])
)


@given(
    st.lists(st.tuples(TOPICS, PAYLOADS), max_size=8), st.sampled_from([IngestSettings(), IngestSettings(replay=True)])
)
def test_every_reading_is_accounted_for(given_messages: list[tuple[str, bytes]], settings: IngestSettings) -> None:
    batch = Intake(SITE, settings).take([a_message(raw, topic) for topic, raw in given_messages])

    tally = batch.tally
    assert tally.readings == tally.accepted + tally.duplicates + tally.rejected_total
    assert tally.weather_received == tally.weather + tally.weather_rejected.total()
    assert (0 if batch.rows is None else len(rows_of(batch.rows).readings)) == tally.accepted
    ticks = sum(reject.topic.endswith("tick") for reject in batch.rejects)
    letters = sum(reject.readings for reject in batch.rejects)
    assert letters - ticks == tally.rejected_total + tally.weather_rejected.total()


@given(st.lists(PAYLOADS, max_size=6))
def test_together_or_apart_the_same_comes_out(payloads: list[bytes]) -> None:
    together = decode(payloads, LIVE)
    apart = [decode([payload], LIVE) for payload in payloads]

    assert [(one.reason, one.payload) for one in together.refused] == [
        (one.reason, one.payload) for part in apart for one in part.refused
    ]
    assert [record.time for record in together.records] == [record.time for part in apart for record in part.records]
    assert together.readings == sum(part.readings for part in apart)


@given(st.lists(st.one_of(GOOD, ELEMENTS), min_size=1, max_size=8))
def test_an_element_fares_alike_in_any_company(elements: list[object]) -> None:
    whole = decode([json.dumps(elements).encode()], LIVE)
    alone = [decode([json.dumps([element]).encode()], LIVE) for element in elements]

    assert whole.element.tolist() == [place for place, part in enumerate(alone) if part.records]
    assert [one.reason for one in whole.refused] == [one.reason for part in alone for one in part.refused]


@given(ELEMENTS)
def test_what_is_refused_is_explained_and_nothing_else(element: object) -> None:
    try:
        msgspec.json.decode(json.dumps(element), type=LIVE.record)
        is_good = True
    except msgspec.DecodeError:
        is_good = explain(element, LIVE) is None  # JSON without NaN in keys that nobody knows

    assert (explain(element, LIVE) is None) == is_good
