import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.scenario_types import NetworkTable, Outage
from simulators.world.chance import Wander, generator
from simulators.world.network import Network
from simulators.world.plumes import Puffs, concentration
from tests.builders_world import rows_sent

shares = st.floats(0.0, 1.0)
seeds = st.integers(0, 2**32)


@given(seeds, shares, shares, shares, st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_the_network_loses_nothing_and_delivers_nothing_early(seed, late, twice, mixed, outages):
    rows = rows_sent(0, count=200)
    table = NetworkTable(
        late_share=late,
        duplicate_share=twice,
        reorder_share=mixed,
        outages=tuple(Outage(start_min=0.1 * number, duration_min=1.0, share=0.5) for number in range(outages)),
    )
    received = Network(table, 5, 0, np.random.default_rng(seed)).carry(rows)

    assert set(received.values[:, 0].tolist()) == set(rows.values[:, 0].tolist())
    assert (received.received_ms >= received.time_ms).all()


@given(seeds, st.integers(1, 60), st.integers(1, 40))
@settings(max_examples=30, deadline=None)
def test_chance_drawn_in_pieces_is_chance_drawn_at_once(seed, first, rest):
    pieces, whole = (Wander(generator(seed, "part"), 3, 20.0) for _ in range(2))

    together = np.concatenate([pieces.take(first), pieces.take(rest)])
    np.testing.assert_allclose(together, whole.take(first + rest), rtol=1e-12, atol=1e-12)


@given(seeds, st.floats(0.1, 100.0))
@settings(max_examples=30, deadline=None)
def test_twice_the_mass_is_twice_the_concentration_and_never_negative(seed, times):
    rng = np.random.default_rng(seed)
    columns = [rng.normal(0, 300, (6, 2)), np.zeros((6, 2)), np.zeros(6, np.int64), rng.uniform(0, 50, (6, 3))]
    columns += [
        rng.uniform(0, 900, 6),
        rng.uniform(5, 90, 6),
        rng.uniform(5, 60, 6),
        rng.uniform(0, 30, 6),
        np.zeros(6),
    ]
    puffs = Puffs(*columns)
    heavier = Puffs(*columns[:3], columns[3] * times, *columns[4:])
    places, height = rng.normal(0, 300, (20, 2)), rng.uniform(0, 10, 20)
    one = concentration(puffs, places, height)

    assert (one >= 0.0).all()
    np.testing.assert_allclose(concentration(heavier, places, height), times * one, rtol=1e-9)
