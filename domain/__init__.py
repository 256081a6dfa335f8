"""What is true: pure functions and types on columns; no clock, no I/O, no logging."""
