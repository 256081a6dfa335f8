"""A seed → laboratories with purchases, waste transfers, certificates and calibrations, and planted problems."""

from simulators.laboratories.generate import make_laboratories

__all__ = ["make_laboratories"]
