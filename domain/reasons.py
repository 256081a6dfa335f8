"""Every reason word that a ticket may bear: of its advice, and of what was not asked; people see words for each."""

from domain.circumstances import MISSING
from domain.decisions import Decision
from domain.field import Flag

ADVISED = (
    "two_sensors_agree",
    "three_sensors_agree",
    "many_sensors_agree",
    "single_sensor",
    "pollutants_agree",
    "upwind_probability_high",
    "source_uncertain",
    "calm_no_direction",
    "registered_works",
    "registered_drill",
    "excess_strong",
    "whitelisted_no_routine",
    "evidence_thin",
    "regional",
)
"""What speaks for or against a visit, and what a regional notice says instead."""
REASONS = (*ADVISED, *MISSING, Decision.LIMIT_CROSSED.value, Decision.HIGH_VALUE.value)
"""Every reason of a recommendation."""
FLAGS = tuple(flag.name.lower() for flag in Flag if flag.name and flag)
"""Every reason why a sensor was not asked; several are joined by `+`."""
