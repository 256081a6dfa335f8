"""Settings → the site, and the stages' own settings; imports no store, so that ingest starts fast and stays small."""

from app.settings import Settings, SettingsRefused
from app.site_folder import read_site
from domain.site import Site
from domain.wire import Topics
from ingest.settings import IngestSettings, MqttProtocol
from streams.settings import StreamSettings


def site_of(settings: Settings) -> Site:
    """Read the site folder.

    Raises:
        SettingsRefused: No folder is named.
        SiteRefused: The folder holds faults; all are listed.
    """
    if settings.site is None:
        raise SettingsRefused("WUGAN_SITE: no site folder is named; set it or give --site FOLDER")
    site, _ = read_site(settings.site)
    return site


def topics_of(settings: Settings) -> Topics:
    """Return the names of the Kafka topics."""
    return Topics(settings.topic_prefix)


def stream_settings(settings: Settings) -> StreamSettings:
    """Return what the worker needs."""
    return StreamSettings(
        bootstrap=settings.kafka,
        topics=topics_of(settings),
        data_dir=settings.data_dir,
        snapshot_s=settings.snapshot_s,
    )


def ingest_settings(settings: Settings) -> IngestSettings:
    """Return what ingest needs."""
    return IngestSettings(
        host=settings.mqtt_host,
        port=settings.mqtt_port,
        protocol=MqttProtocol(settings.mqtt_protocol),
        client_id=settings.mqtt_client_id,
        username=settings.mqtt_username,
        password=settings.secret("mqtt_password"),
        tls=settings.mqtt_tls,
        tls_ca=settings.mqtt_ca_file,
        topics=topics_of(settings),
        replay=settings.replay,
    )
