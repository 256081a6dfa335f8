"""A look at the MQTT broker: does it answer, and does it accept us?"""

import threading

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.client import build_client
from ingest.settings import IngestSettings


def probe_broker(settings: IngestSettings, wait_s: float) -> str:
    """Log in once, without touching the session of an ingest that runs, and say what was found.

    Raises:
        OSError: The broker does not answer within `wait_s` [s] or refuses us; the message says which.
    """
    where = f"{settings.host}:{settings.port}"
    client = build_client(settings, "probe", keeps_session=False, connect_timeout_s=wait_s)
    answered = threading.Event()
    answers: list[ReasonCode] = []

    def on_connect(
        _client: Client, _userdata: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        answers.append(reason)
        answered.set()

    client.on_connect = on_connect
    client.reconnect()
    client.loop_start()
    try:
        answered.wait(wait_s)
    finally:
        client.disconnect()
        client.loop_stop()
    if not answers:
        raise OSError(f"{where} takes the connection but does not answer in MQTT {settings.protocol}")
    if answers[0].is_failure:
        raise OSError(f"{where} refuses us: {answers[0]}")
    return f"{where} accepts us in MQTT {settings.protocol}"
