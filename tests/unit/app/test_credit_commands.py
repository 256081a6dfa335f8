"""`wugan credit`: import, show, grades and report, at the database itself."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.store import upgrade
from app.cli.commands import app
from tests.builders_credit import HEAD, days_ago

SITE_TOML = 'id = "etown"\nname = "示例经开区"\ntimezone = "Asia/Shanghai"\n'
SENSORS = "sensor_id,kind,lon,lat\nms-1,station,116.5,39.8\n"


def place(enterprise_id: str, name: str, **told: object) -> dict[str, object]:
    ring = [[116.5, 39.78], [116.501, 39.78], [116.501, 39.781], [116.5, 39.78]]
    properties = {
        "enterprise_id": enterprise_id,
        "name": name,
        "industry": "涂装",
        "pollutants": ["pm25"],
        "risk_class": "II",
        "credit_grade": "B",
        "whitelisted": False,
    } | told
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_text(SITE_TOML, encoding="utf-8")
    (site / "sensors.csv").write_text(SENSORS, encoding="utf-8")
    places = [
        place("e-1", "示例一厂"),
        place("e-2", "<b>二厂\x1b[2J", risk_class="I", credit_grade="A", whitelisted=True),
    ]
    (site / "enterprises.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": places}), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WUGAN_SITE", str(site))
    monkeypatch.setenv("WUGAN_DATABASE", f"sqlite:///{tmp_path / 'tickets.db'}")
    upgrade(f"sqlite:///{tmp_path / 'tickets.db'}")


def wugan(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["credit", *arguments])


def written(*rows: str) -> str:
    Path("facts.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8-sig")
    return "facts.csv"


def test_facts_are_filed_once_and_explain_the_grade() -> None:
    file = written(f"p1,e-1,penalty_grave,{days_ago(3)},偷排", f"h1,e-2,honour,{days_ago(9)},")
    tried, filed, again = wugan("import", file, "--dry-run"), wugan("import", file), wugan("import", file)
    shown = json.loads(wugan("show", "e-1", "--json").stdout)

    assert tried.stdout == "facts.csv: 2 facts of 2 enterprises would be filed\n"
    assert filed.stdout == "facts.csv: 2 facts of 2 enterprises filed\n"
    assert (again.exit_code, again.stderr.count("\n")) == (1, 2)
    assert "facts.csv:2: fact_id 'p1' is known already; leave the row out" in again.stderr
    assert (shown["grade"], shown["cap"], shown["visits_left"]) == ("D", 36, 36)
    assert [line["reason"] for line in shown["credit_explained"]["lines"]] == ["registered_b", "penalty_grave"]
    assert shown["grade_history"][-1]["on"] == days_ago(3)


def test_show_explains_in_words_as_of_any_day() -> None:
    wugan("import", written(f"p1,e-1,penalty_grave,{days_ago(3)},偷排"))
    now, then = wugan("show", "e-1"), wugan("show", "e-1", "--as-of", days_ago(10))

    assert "Grave penalty  偷排" in now.stdout
    assert f"{days_ago(3)}  grade B → D, cap 36: penalty_grave" in now.stdout
    assert "penalty" not in then.stdout.lower()
    assert "82.00  sum" in then.stdout


def test_everybodys_grades_are_listed() -> None:
    told = json.loads(wugan("grades", "--json").stdout)
    lines = wugan("grades").stdout

    assert [(one["enterprise_id"], one["grade"], one["cap"], one["whitelisted"]) for one in told] == [
        ("e-1", "B", 12, False),
        ("e-2", "B", 12, True),
    ]
    assert lines.count("\n") == 2
    assert "\x1b" not in lines


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_is_one_html_file(lang: str) -> None:
    done = wugan("report", "e-2", "--out", "r.html", "--lang", lang)
    text = Path("r.html").read_text(encoding="utf-8")

    assert done.exit_code == 0
    assert "示例经开区" in text
    assert "&lt;b&gt;二厂" in text
    assert "<script" not in text
    assert "http" not in text


def test_all_faults_are_told_a_line_each() -> None:
    for more in (["--dry-run"], []):
        refused = wugan("import", written("a,e-9,rumour,2999-01-01,", "b,e-1"), *more)
        assert refused.exit_code == 1
        assert [line.split(": ")[1] for line in refused.stderr.splitlines()] == ["facts.csv:2"] * 3 + [
            "facts.csv:3"
        ] * 2


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["show", "e-9"], 1, "'e-9' is not registered"),
        (["import", "absent.csv"], 1, "absent.csv"),
        (["report", "e-1", "--out", "no/such/folder.html"], 1, "no/such/folder.html"),
        (["show", "e-1", "--as-of", "1900-01-01"], 1, "from 1970-01-01"),
        (["show", "e-1", "--as-of", "soon"], 2, "soon"),
        (["report", "e-1"], 2, "--out"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: list[str], code: int, what: str) -> None:
    refused = wugan(*arguments)

    assert refused.exit_code == code
    assert what in refused.stderr
    assert "Traceback" not in refused.stderr
