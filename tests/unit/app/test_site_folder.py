import pytest

from app.site_folder import read_site
from domain.site_files.faults import SiteRefused

HEAD = 'id = "z"\nname = "示例区"\ntimezone = "Asia/Shanghai"\n'


def test_a_byte_order_mark_is_accepted(tmp_path):
    (tmp_path / "site.toml").write_text(HEAD, encoding="utf-8-sig")
    (tmp_path / "sensors.csv").write_text("sensor_id,kind,lon,lat\ns1,station,116.5,39.8\n", encoding="utf-8-sig")

    site, unknown = read_site(tmp_path)

    assert (site.site_id, site.sensor_ids, unknown) == ("z", ("s1",), ())


def test_a_missing_folder_says_what_to_name(tmp_path):
    with pytest.raises(SiteRefused, match="is no folder; name the folder"):
        read_site(tmp_path / "absent")


def test_every_fault_of_every_file_is_listed(tmp_path):
    (tmp_path / "site.toml").write_text(HEAD.replace("Asia/Shanghai", "Mars"), encoding="utf-8")
    (tmp_path / "sensors.csv").write_text("sensor_id,kind,lon,lat\ns1,station,x,39.8\ns1,ship,1,2\n", encoding="utf-8")

    with pytest.raises(SiteRefused) as refused:
        read_site(tmp_path)

    assert [str(fault).split(":")[0] for fault in refused.value.faults] == ["site.toml", "sensors.csv", "sensors.csv"]
    assert "sensors.csv:2" in str(refused.value)
