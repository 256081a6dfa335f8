"""`[limits]` of site.toml."""

import pytest

from domain.site_files import SiteRefused, parse_site

SENSORS = "sensor_id,kind,lon,lat\nms-1,station,116.5,39.8\n"
HEAD = 'id = "north"\nname = "North"\ntimezone = "Asia/Shanghai"\n'


def site_of(limits: str):
    return parse_site({"site.toml": HEAD + limits, "sensors.csv": SENSORS})


def test_without_limits_the_newest_edition_and_class_2_count_and_nothing_warns() -> None:
    site, _ = site_of("")
    assert (site.limits_edition, site.limits_class, site.warning_ugm3) == ("GB 3095-2026", 2, {})


def test_a_site_sets_its_own_warning_levels() -> None:
    site, unknown = site_of("[limits]\nclass = 1\n[limits.warning_ugm3]\npm25 = 115\no3 = 180.5\n")
    assert (site.limits_class, site.warning_ugm3) == (1, {"pm25": 115.0, "o3": 180.5})
    assert unknown == ()


def test_every_fault_of_the_limits_is_told_at_once() -> None:
    with pytest.raises(SiteRefused) as refused:
        site_of(
            '[limits]\nclass = 3\nedition = "GB 1"\n'
            '[limits.warning_ugm3]\npm25 = -1\npm10 = "a"\nnox = true\no3 = inf\nso2 = 5\n'
        )
    told = str(refused.value)
    for fault in (
        "limits.class 3",
        "limits.edition 'GB 1' is unknown",
        "limits.warning_ugm3.pm25 = -1",
        "limits.warning_ugm3.pm10 = 'a'",
        "limits.warning_ugm3.nox = True",
        "limits.warning_ugm3.o3 = inf",
        "limits.warning_ugm3.so2 is unknown",
    ):
        assert fault in told


def test_warning_levels_are_a_table() -> None:
    with pytest.raises(SiteRefused, match=r"limits\.warning_ugm3 is no table"):
        site_of("[limits]\nwarning_ugm3 = 5\n")


def test_a_key_that_nobody_knows_is_named() -> None:
    assert site_of("[limits]\nklass = 1\n")[1] == ("site.toml: limits.klass",)
