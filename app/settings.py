"""Every setting of every process: from the environment, `.env` or `wugan.toml`, checked at once at start."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from alerts.people.origin import is_loopback

PREFIX = "WUGAN_"
DOTENV = Path(".env")
CONFIG_VARIABLE = "WUGAN_CONFIG"
_NOT_OURS = ("WUGAN_TEST_", "WUGAN_SERVICES_", CONFIG_VARIABLE, "WUGAN_REWRITE_", "WUGAN_BENCH_")
"""Variables with our prefix that tests and scripts read, not the product."""

Port = Field(ge=1, le=65535)
Minutes = Annotated[int, Field(ge=1)]
_ADDRESS_PARTS = 2


class SettingsRefused(ValueError):
    """Settings are wrong; the message has one line a fault."""


class Settings(BaseSettings):
    """What can be told from outside. Field `mqtt_host` is read from `WUGAN_MQTT_HOST`, or `mqtt_host` in the TOML."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True)

    site: Path | None = Field(None, description="folder with site.toml, sensors.csv and the rest")
    data_dir: Path = Field(Path(".wugan"), description="where everything without an address of its own is kept")

    mqtt_host: str = Field("127.0.0.1", min_length=1, description="MQTT broker")
    mqtt_port: int = Field(1883, ge=1, le=65535, description="its port")
    mqtt_protocol: Literal["3.1.1", "5"] = Field("3.1.1", description="MQTT version, 3.1.1 or 5")
    mqtt_username: str | None = Field(None, description="user name at the MQTT broker")
    mqtt_password: SecretStr | None = Field(None, description="password at the MQTT broker")
    mqtt_password_file: Path | None = Field(None, description="file that holds the password instead")
    mqtt_tls: bool = Field(default=False, description="encrypt, and check the broker's certificate")
    mqtt_ca_file: Path | None = Field(None, description="its authority's certificate; given, TLS is used")
    mqtt_client_id: str = Field("", description="names ingest's session; empty: made from the site's id")

    kafka: str = Field("127.0.0.1:9092", description="Kafka, host:port, several separated by commas")
    kafka_replication: int = Field(1, ge=1, le=9, description="copies of each topic, when they are made")
    topic_prefix: str = Field("wugan", pattern=r"^[A-Za-z0-9._-]{1,100}$", description="first word of topics, groups")

    database: str | None = Field(None, description="SQLAlchemy URL of tickets; default SQLite in data_dir")
    database_password: SecretStr | None = Field(None, description="fills in the URL's password")
    database_password_file: Path | None = Field(None, description="file that holds it instead")

    history: str | None = Field(None, description="sqlite:///FILE or http://HOST:8086; default SQLite in data_dir")
    influxdb_token: SecretStr | None = Field(None, description="token of InfluxDB")
    influxdb_token_file: Path | None = Field(None, description="file that holds it instead")
    influxdb_org: str = Field("wugan", description="organisation in InfluxDB")
    influxdb_bucket: str = Field("wugan", description="bucket in InfluxDB")

    replay: bool = Field(default=False, description="take `received_at` from readings: the zone clock runs on it")
    desk_host: str = Field("127.0.0.1", min_length=1, description="address the desk listens on")
    desk_port: int = Field(8000, ge=1, le=65535, description="the desk's port")
    base_map_url: str = Field("", description="raster tiles with {z}, {x}, {y}; empty: none")
    base_map_attribution: str = Field("", description="licence line of the tiles; empty: the archive's own")
    base_map_file: Path | None = Field(None, description="PMTiles archive of raster tiles that the desk serves itself")
    base_map_crs: Literal["wgs84", "cgcs2000", "gcj02"] = Field(
        "wgs84", description="datum of the tiles; those of gcj02 are moved to their place"
    )
    wall: bool = Field(default=False, description="serve /wall, a public view for big screens, without signing in")
    wall_names: bool = Field(default=False, description="the wall names the enterprise that leads a clue")
    operations_host: str = Field("127.0.0.1", min_length=1, description="address of /healthz, /readyz, /metrics")
    operations_port: int = Field(0, ge=0, le=65535, description="its port for ingest and worker, 0 = none")
    log_format: Literal["console", "json"] = Field("console", description="how logs are written")
    snapshot_s: float = Field(10.0, gt=0, le=300, description="seconds between two snapshots of a worker")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level logged")

    answer_minutes: tuple[Minutes, Minutes, Minutes] = Field(
        (3, 30, 120), description="to answer a ticket, by priority 1, 2, 3"
    )
    arrive_minutes: tuple[Minutes, Minutes, Minutes] = Field(
        (45, 120, 480), description="to arrive after a dispatch, by priority"
    )
    watch_minutes: int = Field(60, ge=1, le=1440, description="how long is watched unless somebody says otherwise")
    undo_s: int = Field(10, ge=0, le=300, description="seconds in which a dispatch can be undone before it leaves")
    storm_per_min: int = Field(10, ge=1, description="more tickets a minute than this are told of in one notice")

    public_url: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="where inspectors reach the desk; empty: here"
    )
    link_hours: float = Field(12.0, gt=0, le=24, description="how long an inspector's link holds")
    link_secret: SecretStr | None = Field(None, description="signs the links; default: made once in data_dir")
    link_secret_file: Path | None = Field(None, description="file that holds it instead")
    keep_photo_position: bool = Field(default=False, description="keep where a photograph was taken in it")

    webhooks: Path | None = Field(None, description="webhooks.toml: who is told of tickets; empty: nobody")
    webhook_allow_internal: bool = Field(default=False, description="send into our own network, and by http")
    contacts: Path | None = Field(None, description="contacts.toml: who is told when nobody answers; empty: nobody")

    supervision: Path | None = Field(None, description="supervision.toml: grades, caps, credit; empty: the defaults")

    login: Literal["required", "auto"] = Field("required", description="auto: who is at this machine is duty")
    oidc_issuer: str = Field("", pattern=r"^(https?://\S+)?$", description="OpenID Connect provider; empty: none")
    oidc_client_id: str = Field("", description="our name there")
    oidc_client_secret: SecretStr | None = Field(None, description="our secret there")
    oidc_client_secret_file: Path | None = Field(None, description="file that holds it instead")
    oidc_name_claim: str = Field("preferred_username", min_length=1, description="claim that names a person")
    oidc_role_claim: str = Field("roles", min_length=1, description="claim that holds roles or groups")
    oidc_roles: str = Field(
        "", description="what stands for which role there: GROUP=duty,GROUP=chief; empty: role names"
    )

    @field_validator("login")
    @classmethod
    def _auto_stays_here(cls, value: str, told: ValidationInfo) -> str:
        if value == "auto" and not is_loopback(told.data.get("desk_host", "")):
            raise ValueError("lets everybody in, so desk_host must be 127.0.0.1; set login to required")
        return value

    @field_validator("kafka")
    @classmethod
    def _is_address(cls, value: str) -> str:
        for address in value.split(","):
            parts = address.strip().rsplit(":", 1)
            if len(parts) != _ADDRESS_PARTS or not parts[0] or not parts[1].isdigit():
                raise ValueError(f"{address.strip()!r} is not host:port")
        return value

    @field_validator("database", "history")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None and "://" not in value:
            raise ValueError("is no URL; write as sqlite:///FILE, postgresql+psycopg://… or http://HOST:8086")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours reads the present folder's file
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read, the first winning: what the caller says, the environment, `.env`, the TOML file."""
        dotenv = DotEnvSettingsSource(settings_cls, env_file=DOTENV)
        return (init_settings, env_settings, dotenv, TomlConfigSettingsSource(settings_cls, config_file()))

    @property
    def database_url(self) -> str:
        """Where tickets are kept, without the password that `database_password` fills in."""
        return self.database or f"sqlite:///{self.data_dir / 'tickets.db'}"

    @property
    def desk_url(self) -> str:
        """The desk's address, as inspectors reach it."""
        return self.public_url.rstrip("/") or f"http://{self.desk_host}:{self.desk_port}"

    @property
    def history_url(self) -> str:
        """Where history is kept."""
        return self.history or f"sqlite:///{self.data_dir / 'history.db'}"

    def secret(self, name: str) -> str | None:
        """Return a secret, from its setting or from the file that `{name}_file` names.

        Raises:
            SettingsRefused: The file can't be read.
        """
        path: Path | None = getattr(self, f"{name}_file")
        if path is not None:
            try:
                return path.read_text(encoding="utf-8").strip()
            except OSError as error:
                variable = f"{PREFIX}{name.upper()}_FILE"
                raise SettingsRefused(f"{variable}: {path} can't be read ({error.strerror})") from error
        value: SecretStr | None = getattr(self, name)
        return value.get_secret_value() if value is not None else None


def config_file() -> Path:
    """Return the TOML file that is read if it is there."""
    return Path(os.environ.get(CONFIG_VARIABLE, "wugan.toml"))


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - any field, checked by the model
    """Read all settings.

    Raises:
        SettingsRefused: With one line for each fault.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    if named and not Path(named).is_file():
        raise SettingsRefused(f"{CONFIG_VARIABLE}: {named} is no file; mend the path or unset it")
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise SettingsRefused("\n".join(_fault(item) for item in error.errors(include_url=False))) from error
    except ValueError as error:  # not TOML
        raise SettingsRefused(f"{config_file()}: {error}") from error


def _fault(item: Any) -> str:  # noqa: ANN401 - pydantic's own error record
    name = str(item["loc"][0]) if item["loc"] else "settings"
    known = name.removeprefix(PREFIX.lower())
    variable = f"{PREFIX}{known.upper()}"
    if item["type"] == "extra_forbidden":
        return f"{variable}: no such setting; `wugan config` lists them"
    secret = any(word in name for word in ("password", "token", "secret"))
    given = "" if secret else f" (given: {item['input']!r})"
    return f"{variable}: {item['msg'].removeprefix('Value error, ')}{given}"


def sources_of(settings: Settings) -> dict[str, str]:
    """Return where each setting came from: environment, .env, the TOML file's name, or default."""
    kind = type(settings)
    layers: list[tuple[str, dict[str, Any]]] = [
        ("environment", EnvSettingsSource(kind)()),
        (str(DOTENV), DotEnvSettingsSource(kind, env_file=DOTENV)()),
        (str(config_file()), TomlConfigSettingsSource(kind, config_file())()),
    ]
    return {
        name: next((source for source, values in layers if name in values), "default") for name in kind.model_fields
    }


def unknown_variables() -> tuple[str, ...]:
    """Return variables with our prefix that no setting reads; a misspelt name would else be silent."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    return tuple(
        sorted(
            name
            for name in os.environ
            if name.startswith(PREFIX) and name.upper() not in known and not name.startswith(_NOT_OURS)
        )
    )
