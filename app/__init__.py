"""Settings, wiring, command line, and the embedded services of the demo."""
