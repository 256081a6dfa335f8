"""Why a reading is refused: the contract's reason codes."""

from enum import StrEnum


class Reason(StrEnum):
    """One reason code; it names the count, the dead letter and the metric's label."""

    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    WRONG_TYPE = "wrong_type"
    NOT_A_NUMBER = "not_a_number"
    NO_TIME = "no_time"
    FUTURE_TIME = "future_time"
    UNKNOWN_SENSOR = "unknown_sensor"
    WRONG_SITE = "wrong_site"
    NO_POSITION = "no_position"
    BAD_UNIT = "bad_unit"
