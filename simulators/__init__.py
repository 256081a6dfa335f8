"""Seeded worlds with ground truth, their faults, and the player into MQTT."""
