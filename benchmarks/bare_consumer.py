"""The least that a consumer can do: paho, `json`, `if pm10 > 150`; measured beside our own path on the same load."""

import json
import resource
import threading

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from app.embedded_mqtt import MqttAddress
from benchmarks.zone_load import Load, begin, publisher

THRESHOLD_UGM3 = 150


def bare_cpu_s(address: MqttAddress, load: Load) -> float:
    """Return the CPU time that the bare consumer takes for a load, in this process. [s]"""
    seen = alarms = 0
    subscribed, done = threading.Event(), threading.Event()

    def on_message(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        nonlocal seen, alarms
        if not message.topic.endswith("/readings"):
            return
        rows = json.loads(message.payload)
        for row in rows if isinstance(rows, list) else [rows]:
            seen += 1
            if row["pm10"] > THRESHOLD_UGM3:
                alarms += 1
        if seen >= load.readings:
            done.set()

    client = Client(CallbackAPIVersion.VERSION2, client_id=f"bare-{load.site_id}")
    client.on_connect = lambda *_: client.subscribe(f"wugan/v1/{load.site_id}/#", qos=1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = on_message
    client.connect(address.host, address.port)
    client.loop_start()
    subscribed.wait()
    with publisher(address.host, address.port, load) as process:
        before_s = own_cpu_s()
        begin(process)
        done.wait()
        used_s = own_cpu_s() - before_s
    client.disconnect()
    client.loop_stop()
    return used_s


def own_cpu_s() -> float:
    """Return the CPU time of this process so far. [s]"""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
