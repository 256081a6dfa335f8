import pytest

from alerts.delivery.endpoint import Filter
from alerts.delivery.endpoint_file import EndpointsRefused, read_endpoints
from alerts.delivery.forms import forms
from tests.builders_delivery import OTHER_SECRET, SECRET

FORMS = forms(lambda ticket_id, now_ms: None)
WHOLE = f'''
[[endpoint]]
name = "city-hall"
url = "https://hooks.example.org/wugan?token=abc"
secrets = ["{SECRET}", "{OTHER_SECRET}"]
types = ["dispatched", "closed"]
priorities = [1, 2]
area = [[116.4, 39.7], [116.6, 39.7], [116.6, 39.9], [116.4, 39.9]]
timeout_s = 5
per_minute = 60
'''


def read(tmp_path, text, **options):
    path = tmp_path / "webhooks.toml"
    path.write_text(text, encoding="utf-8")
    return read_endpoints(path, FORMS, **options)


def test_every_key_is_read(tmp_path):
    (endpoint,) = read(tmp_path, WHOLE)

    assert endpoint.name == "city-hall"
    assert endpoint.secrets == (SECRET, OTHER_SECRET)
    assert endpoint.filter.types == {"wugan.ticket.dispatched.v1", "wugan.ticket.closed.v1"}
    assert endpoint.filter.priorities == {1, 2}
    assert (endpoint.timeout_s, endpoint.per_minute) == (5.0, 60)


def test_address_token_and_secrets_are_not_shown(tmp_path):
    (endpoint,) = read(tmp_path, WHOLE)
    shown = repr(endpoint) + endpoint.address

    assert "abc" not in shown
    assert SECRET not in shown
    assert endpoint.address == "https://hooks.example.org"


def test_secrets_may_lie_in_a_file_beside(tmp_path):
    (tmp_path / "city.secret").write_text(f"{SECRET}\n{OTHER_SECRET}\n")
    text = '[[endpoint]]\nname = "city"\nurl = "https://a.example"\nsecrets_file = "city.secret"\n'

    assert read(tmp_path, text)[0].secrets == (SECRET, OTHER_SECRET)


def test_all_faults_are_told_at_once_each_in_one_line(tmp_path):
    text = """
[[endpoint]]
name = "City Hall"
url = "ftp://a.example"
form = "pigeon"
types = ["lost"]
priorities = [0]
area = [[1, 2]]
timeout_s = 0
per_minute = -1
ca_file = "none.pem"
secrets = 5
colour = "red"
[[endpoint]]
name = "twin"
url = "https://a.example"
secrets = ["short"]
[[endpoint]]
name = "twin"
url = "https://a.example"
"""
    with pytest.raises(EndpointsRefused) as refused:
        read(tmp_path, text)
    lines = str(refused.value).splitlines()
    words = ("name", "url", "form", "types", "priorities", "area", "timeout_s", "per_minute", "ca_file", "secrets")

    assert all(any(f"endpoint 1 (City Hall): {word}" in line for line in lines) for word in (*words, "colour"))
    assert any("endpoint 2 (twin): secrets" in line for line in lines)
    assert any("endpoint 3 (twin): secrets: none" in line for line in lines)
    assert any("2 endpoints have it" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("[[endpoint]\n", "is not TOML", id="no TOML"),
        pytest.param("endpoint = 5\n", "no list of tables", id="no table"),
        pytest.param("[[endpoints]]\n", "unknown", id="misspelt"),
        pytest.param('[[endpoint]]\nname = "a"\n', "url: is missing", id="no address"),
        pytest.param('[[endpoint]]\nname = "a"\nurl = "https://u:p@a.example"\n', "password", id="password"),
        pytest.param('[[endpoint]]\nname = "a"\nurl = "https://[::1"\n', "no address", id="broken address"),
        pytest.param('[[endpoint]]\nname = "a"\nurl = "http://a.example"\n', "ALLOW_INTERNAL", id="not encrypted"),
    ],
)
def test_refusals_say_how_to_mend(tmp_path, text, complaint):
    with pytest.raises(EndpointsRefused, match=complaint):
        read(tmp_path, text)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(EndpointsRefused, match="can't be read"):
        read_endpoints(tmp_path / "none.toml", FORMS)


def test_plain_http_is_taken_inside_a_network_only(tmp_path):
    text = f'[[endpoint]]\nname = "a"\nurl = "http://10.0.0.1/x"\nsecrets = ["{SECRET}"]\n'

    assert read(tmp_path, text, internal_allowed=True)[0].url == "http://10.0.0.1/x"


def test_no_endpoint_is_fine(tmp_path):
    assert read(tmp_path, "# nobody\n") == ()


def test_filters_restrict_only_what_they_name():
    square = ((116.4, 39.7), (116.6, 39.7), (116.6, 39.9), (116.4, 39.9))
    some = Filter(types=frozenset({"a"}), priorities=frozenset({1}), area=square)

    assert Filter().wants("a", 3, None)
    assert some.wants("a", 1, (116.5, 39.8))
    assert some.wants("a", 1, None)
    assert not some.wants("b", 1, (116.5, 39.8))
    assert not some.wants("a", 2, (116.5, 39.8))
    assert not some.wants("a", 1, (116.7, 39.8))
    assert not Filter(types=frozenset()).wants("a", 1, None)


def test_a_robot_has_its_platforms_limit_unless_the_file_says_otherwise(tmp_path):
    robot = '[[endpoint]]\nname = "{}"\nform = "wecom"\nurl = "https://robot.example/send?key=K"\n'
    path = tmp_path / "webhooks.toml"
    path.write_text(robot.format("one") + robot.format("two") + "per_minute = 5\n", encoding="utf-8")

    assert [endpoint.per_minute for endpoint in read_endpoints(path, FORMS)] == [20, 5]
