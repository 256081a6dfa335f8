"""A scenario and a seed → a zone that lives: its site folder, its readings in order of receipt, and the truth."""

from simulators.world.world import Step, World

__all__ = ["Step", "World"]
