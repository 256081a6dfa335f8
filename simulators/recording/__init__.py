"""The contract's recording folder, read: Parquet files → readings that may enter, weather, and what was refused."""

from simulators.recording.read import Recording, read_recording
from simulators.recording.refused import RecordingRefused

__all__ = ["Recording", "RecordingRefused", "read_recording"]
