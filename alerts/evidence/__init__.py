"""Evidence: what was known about a ticket at three occasions, frozen as canonical texts, handed out as a zip."""
