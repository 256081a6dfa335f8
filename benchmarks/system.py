"""A system of our own processes on brokers that others may share: its settings, and what it must leave behind clean."""

import asyncio
import os
import threading
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from app.child_process import free_port
from app.embedded_mqtt import MqttAddress
from benchmarks.common import KAFKA_VARIABLE, MQTT_VARIABLE
from domain.wire import Topics


def settings_of(address: MqttAddress, kafka: str, name: str, folder: Path) -> dict[str, str]:
    """Return the settings that all processes share."""
    settings = {
        "WUGAN_SITE": str(folder / "site"),
        "WUGAN_DATA_DIR": str(folder),
        "WUGAN_MQTT_HOST": address.host,
        "WUGAN_MQTT_PORT": str(address.port),
        "WUGAN_MQTT_CLIENT_ID": name,
        "WUGAN_KAFKA": kafka,
        "WUGAN_TOPIC_PREFIX": name,
        "WUGAN_REPLAY": "true",
        "WUGAN_DESK_PORT": str(free_port()),
    }
    if address.username:
        settings |= {"WUGAN_MQTT_USERNAME": address.username, "WUGAN_MQTT_PASSWORD": address.password}
    return settings


def clean_up(address: MqttAddress, kafka: str, name: str) -> None:
    """Remove the session and the topics from brokers that stay."""
    forget_session(address, name)
    if KAFKA_VARIABLE in os.environ:
        asyncio.run(delete_topics(kafka, Topics(name)))


def forget_session(address: MqttAddress, client_id: str) -> None:
    """Let the broker at WUGAN_TEST_MQTT forget what it keeps for a client; an embedded one ends anyway."""
    if MQTT_VARIABLE not in os.environ:
        return
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True)
    answered = threading.Event()
    client.on_connect = lambda *_: answered.set()
    client.connect(address.host, address.port)
    client.loop_start()
    answered.wait(timeout=5.0)
    client.disconnect()
    client.loop_stop()


async def delete_topics(kafka: str, topics: Topics) -> None:
    """Delete the topics of one run."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_topics(list(topics.all()))
    finally:
        await admin.close()
