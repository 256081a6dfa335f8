"""A seed → a year's plans of 26 departments × 64 fields, with the enterprises, fields and teams they speak of."""

from simulators.plans.generate import MadePlans, make_plans

__all__ = ["MadePlans", "make_plans"]
