"""MQTT in, checked and unit-settled, micro-batched to Kafka; dead letters with a reason."""
