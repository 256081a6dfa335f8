"""From the outbox to the inspectors: events, endpoints, retries, and the forms that each platform wants."""
