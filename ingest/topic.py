"""An MQTT topic → what it carries and from whom."""

from dataclasses import dataclass
from enum import Enum, auto

ROOT = "wugan/v1"


class Carries(Enum):
    """What the messages of a topic are."""

    READINGS = auto()
    WEATHER = auto()
    STATUS = auto()
    TICK = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """One topic, taken apart; `site_id` and `sensor_id` are empty where it carries nothing."""

    carries: Carries
    site_id: str = ""
    sensor_id: str = ""


NOWHERE = Route(Carries.NOTHING)
_LEAVES = {"readings": Carries.READINGS, "weather": Carries.WEATHER, "status": Carries.STATUS}


def parse_topic(topic: str) -> Route:
    """Take a topic apart.

    >>> parse_topic("wugan/v1/etown/ms-052/readings")
    Route(carries=<Carries.READINGS: 1>, site_id='etown', sensor_id='ms-052')
    >>> parse_topic("wugan/v1/etown/_clock/tick").carries
    <Carries.TICK: 4>
    >>> parse_topic("wugan/v2/etown/ms-052/readings") is NOWHERE
    True
    """
    parts = topic.split("/")
    if len(parts) != 5 or f"{parts[0]}/{parts[1]}" != ROOT:
        return NOWHERE
    site_id, sensor_id, leaf = parts[2:]
    if (sensor_id, leaf) == ("_clock", "tick"):
        return Route(Carries.TICK, site_id, sensor_id)
    carries = _LEAVES.get(leaf)
    if carries is None or not site_id or not sensor_id:
        return NOWHERE
    return Route(carries, site_id, sensor_id)


def subscription(site_id: str, *, all_sites: bool) -> str:
    """Return the filter that ingest subscribes to; it takes in misspelt topics, so that they are counted."""
    return f"{ROOT}/#" if all_sites else f"{ROOT}/{site_id}/#"
