"""Codes at the doors in enterprises.geojson: each is one enterprise's, and nobody else's id."""

import json

import pytest

from domain.site_files import SiteRefused, parse_site

TEXTS = {
    "site.toml": 'id = "north"\nname = "North"\ntimezone = "Asia/Shanghai"\n',
    "sensors.csv": "sensor_id,kind,lon,lat\nms-1,station,116.5,39.8\n",
}
GROUND = {"type": "Polygon", "coordinates": [[[116.5, 39.8], [116.501, 39.8], [116.501, 39.801], [116.5, 39.8]]]}


def site_of(*codes: tuple[str, str]):
    places = [
        {"type": "Feature", "geometry": GROUND, "properties": {"enterprise_id": name, "name": name, "code": code}}
        for name, code in codes
    ]
    told = json.dumps({"type": "FeatureCollection", "features": places})
    return parse_site({**TEXTS, "enterprises.geojson": told})[0]


def test_codes_of_their_own_and_none_at_all_are_taken_without_blanks() -> None:
    site = site_of(("e1", " QR-1 "), ("e2", ""), ("e3", "e3"))
    assert [one.code for one in site.enterprises] == ["QR-1", "", "e3"]


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ((("e1", "QR"), ("e2", "QR")), "enterprises.geojson:2: code 'QR' is that of 'e1'"),
        ((("e1", "e2"), ("e2", "")), "enterprises.geojson:1: code 'e2' is that of 'e2'"),
        ((("e1", "QR-1"), ("e2", "e1")), "enterprises.geojson:2: code 'e1' is that of 'e1'"),
    ],
)
def test_a_code_that_could_be_anothers_is_refused_with_its_row(codes: tuple[tuple[str, str], ...], told: str) -> None:
    with pytest.raises(SiteRefused) as refused:
        site_of(*codes)
    assert told in str(refused.value)
    assert "give each its own code" in str(refused.value)


def test_a_cap_of_half_a_visit_is_refused() -> None:
    place = {"enterprise_id": "e1", "name": "e1", "annual_check_cap": 12.5}
    told = json.dumps({"type": "FeatureCollection", "features": [{"geometry": GROUND, "properties": place}]})
    with pytest.raises(SiteRefused, match=r"enterprises.geojson:1: annual_check_cap 12.5 is no whole number"):
        parse_site({**TEXTS, "enterprises.geojson": told})
