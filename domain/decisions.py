"""The names of what was decided about an incident, and why; counted, logged and listed in a run."""

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """Why a ticket was opened or changed, or why none was opened.

    The first eight bear the words of a ticket's history; the others say why an excess is held back, or what the advice
    on an opened ticket has to heed. The last four are told of means, whether or not there is a ticket: only a legal
    limit is called one, a site's own warning level makes a high value.
    """

    OPENED = "opened"
    AMENDED = "amended"
    CANDIDATES = "candidates"
    RECOMMENDATION = "recommendation"
    ENDED = "ended"
    REOPENED = "reopened"
    MERGED = "merged"
    SPLIT = "split"

    BELOW_DURATION = "below_duration"
    SENSOR_SUSPECT = "sensor_suspect"
    SINGLE_SENSOR_SHORT = "single_sensor_short"
    REGIONAL = "regional"
    TRAFFIC = "traffic"
    SENSOR_CARE = "sensor_care"

    CALM = "calm"
    REGISTERED_WORKS = "registered_works"
    REGISTERED_DRILL = "registered_drill"

    LIMIT_CROSSED = "limit_crossed"
    LIMIT_CROSSED_REGIONAL = "limit_crossed_regional"
    HIGH_VALUE = "high_value"
    HIGH_VALUE_REGIONAL = "high_value_regional"


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """One decision.

    Attributes:
        at_ms: The tick of the zone clock. [ms]
        name: What was decided.
        key: The ticket's id; before one opens `sensor/pollutant/first reading of the excess`, of traffic with the
            place instead of the sensor; of a mean
            `sensor (or site)/pollutant/averaging/end of the time averaged over`.
    """

    at_ms: int
    name: Decision
    key: str
