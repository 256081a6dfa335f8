from pathlib import Path

import pytest

from app.settings import SettingsRefused, load_settings, sources_of, unknown_variables


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_environment_wins_over_dotenv_over_toml_over_default(monkeypatch):
    Path("wugan.toml").write_text('mqtt_host = "toml"\nmqtt_port = 1001\nkafka = "toml:1"\n')
    Path(".env").write_text("WUGAN_MQTT_HOST=dotenv\nWUGAN_MQTT_PORT=1002\n")
    monkeypatch.setenv("WUGAN_MQTT_HOST", "environment")

    settings = load_settings()
    sources = sources_of(settings)

    assert (settings.mqtt_host, settings.mqtt_port, settings.kafka) == ("environment", 1002, "toml:1")
    assert [sources[name] for name in ("mqtt_host", "mqtt_port", "kafka", "desk_port")] == [
        "environment",
        ".env",
        "wugan.toml",
        "default",
    ]


def test_every_fault_is_listed_at_once(monkeypatch):
    monkeypatch.setenv("WUGAN_MQTT_PORT", "eighteen")
    monkeypatch.setenv("WUGAN_KAFKA", "no-port")
    monkeypatch.setenv("WUGAN_MQTT_PROTOCOL", "4")

    with pytest.raises(SettingsRefused) as refused:
        load_settings()

    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["WUGAN_MQTT_PORT", "WUGAN_MQTT_PROTOCOL", "WUGAN_KAFKA"]


def test_a_misspelt_setting_in_toml_is_refused():
    Path("wugan.toml").write_text('mqqt_host = "x"\n')

    with pytest.raises(SettingsRefused, match="WUGAN_MQQT_HOST: no such setting"):
        load_settings()


def test_a_broken_toml_names_its_file():
    Path("wugan.toml").write_text("= 3\n")

    with pytest.raises(SettingsRefused, match=r"wugan\.toml"):
        load_settings()


def test_a_misspelt_variable_is_told(monkeypatch):
    monkeypatch.setenv("WUGAN_MQQT_HOST", "x")
    monkeypatch.setenv("WUGAN_TEST_KAFKA", "not ours")

    assert unknown_variables() == ("WUGAN_MQQT_HOST",)


def test_secrets_are_never_shown(monkeypatch):
    monkeypatch.setenv("WUGAN_MQTT_PASSWORD", "hunter2")

    settings = load_settings()

    assert "hunter2" not in repr(settings)
    assert settings.secret("mqtt_password") == "hunter2"


def test_a_wrong_secret_is_not_repeated_in_the_refusal(monkeypatch):
    monkeypatch.setenv("WUGAN_INFLUXDB_TOKEN_FILE", "missing")

    with pytest.raises(SettingsRefused, match="WUGAN_INFLUXDB_TOKEN_FILE: missing can't be read"):
        load_settings().secret("influxdb_token")


def test_a_secret_file_is_read_without_its_line_end(monkeypatch):
    Path("token").write_text("abc\n")
    monkeypatch.setenv("WUGAN_INFLUXDB_TOKEN_FILE", "token")

    assert load_settings().secret("influxdb_token") == "abc"
