"""The end of a session: the broker drops what it keeps for an ingest that will not come back."""

import threading

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.settings import IngestSettings


def forget_session(settings: IngestSettings, wait_s: float) -> bool:
    """Log in once under the session's name with a clean session; return whether the broker agreed in time.

    Until then a broker queues every message of the site for it, in MQTT 3.1.1 for ever. `settings` names the session
    in `client_id`.

    Raises:
        OSError: The broker does not answer.
    """
    client = Client(CallbackAPIVersion.VERSION2, client_id=settings.client_id, clean_session=True)
    client.connect_timeout = wait_s
    if settings.username is not None:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls or settings.tls_ca is not None:
        client.tls_set(ca_certs=None if settings.tls_ca is None else str(settings.tls_ca))
    accepted = threading.Event()

    def on_connect(
        _client: Client, _userdata: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if not reason.is_failure:
            accepted.set()

    client.on_connect = on_connect
    if client.connect(settings.host, settings.port) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
        return False
    client.loop_start()
    try:
        return accepted.wait(wait_s)
    finally:
        client.disconnect()
        client.loop_stop()
