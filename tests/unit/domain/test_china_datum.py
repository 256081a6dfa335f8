"""The datums of Chinese maps, against values that others published."""

import pytest

from domain.china_datum import gcj02_to_bd09, wgs84_to_gcj02

EVILTRANSFORM = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),  # Shanghai
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),  # Shenzhen
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),  # Beijing
]
"""googollee/eviltransform, python/test.py: WGS-84 and GCJ-02 (longitude, latitude)."""

ALIBABA = {"wgs84": (120.021519, 30.281543), "gcj02": (120.026268, 30.279164), "bd09": (120.032768, 30.285238)}
"""Alibaba Cloud, address purification, `TransferCoord`: the example of its documentation, Hangzhou."""


@pytest.mark.parametrize(("wgs84", "gcj02"), EVILTRANSFORM)
def test_gcj02_agrees_with_eviltransform(wgs84, gcj02):
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=2e-6)  # they take 6378137 m as axis: 0.1 m apart


def test_gcj02_and_bd09_agree_with_a_map_service():
    two_metres = 2e-5

    assert wgs84_to_gcj02(*ALIBABA["wgs84"]) == pytest.approx(ALIBABA["gcj02"], abs=two_metres)
    assert gcj02_to_bd09(*ALIBABA["gcj02"]) == pytest.approx(ALIBABA["bd09"], abs=two_metres)


def test_a_place_outside_of_china_stays():
    assert wgs84_to_gcj02(2.2945, 48.8582) == (2.2945, 48.8582)
