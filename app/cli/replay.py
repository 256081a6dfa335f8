"""`wugan replay`: a recording through the steps from reading to ticket, and RUN/ with what came out."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.pipeline import Zoned
    from simulators.recording import Recording
    from simulators.replay import Progress, RunResult


def replay(
    recording: Path = typer.Argument(help="Recording folder: readings.parquet, weather.parquet.", show_default=False),
    site: Path | None = typer.Option(
        None, help="Site folder it was recorded at; RECORDING/site/ if left out.", show_default=False
    ),
    rate: str = typer.Option("max", help="Seconds of the recording per second (1, 10 …), or max."),
    to: Path | None = typer.Option(None, help="Folder RUN/ to write; an earlier run is replaced.", show_default=False),
    since: str | None = typer.Option(None, "--from", help="Leave out what came before (RFC 3339).", show_default=False),
    until: str | None = typer.Option(None, help="Leave out what came from then on (RFC 3339).", show_default=False),
    mqtt: str | None = typer.Option(
        None, metavar="HOST:PORT", help="Play into this MQTT broker; `embedded` brings one.", show_default=False
    ),
    workers: int = typer.Option(1, min=1, max=8, help="With --mqtt and --to: worker processes."),
    as_json: bool = typer.Option(False, "--json", help="Print run.json instead of a sentence."),
) -> None:
    """Run a recording through qualify, detect and correlate on its own clock; no broker, no store.

    With --mqtt it is played into a broker instead; with --to as well, it goes through MQTT, Kafka (WUGAN_KAFKA, else an
    embedded one) and Faust in processes of its own, and RUN/ is written from their stores: the same tickets.
    """
    speed, site = rate_of(rate), site_of(recording, site)
    if mqtt == "embedded" and to is None:
        raise typer.BadParameter("nobody else listens to an embedded broker; add --to RUN", param_hint="--mqtt")
    since_ms, until_ms = moment_of(since, "--from"), moment_of(until, "--until")
    from app.cli.errors import one_line

    with one_line():
        from simulators.replay import RunMeta, check_run_folder, run_json, write_run

        if to is not None:
            check_run_folder(to)
        read, zoned, read_s = read_all(recording, site, since_ms, until_ms)
        if mqtt is not None and to is None:
            play_only(read, zoned, mqtt, speed)
            return
        with kept_for_explain(to if mqtt is None else None) as minutes:
            result, run_s = (
                run_here(read, zoned, speed, minutes)
                if mqtt is None
                else run_through(read, zoned, site, mqtt, speed, workers)
            )
            wall = figures(len(read.readings), read_s, run_s)
            mode = "replay" if mqtt is None else "mqtt"
            meta = RunMeta(recording=read, zoned=zoned, mode=mode, rate=speed, since=since, until=until, wall=wall)
            summary = (
                write_run(to, result, meta, minutes=minutes, site=site) if to is not None else run_json(result, meta)
            )
    tell(summary, result, wall, to=to, as_json=as_json)


def site_of(recording: Path, site: Path | None) -> Path:
    """Return the folder of the site: the one that was named, else the one that the recording holds."""
    if site is not None:
        return site
    if not recording.is_dir():
        raise typer.BadParameter(f"{recording} is no folder", param_hint="RECORDING")
    if not (recording / "site").is_dir():
        raise typer.BadParameter(f"{recording} holds no site/; name the site's folder", param_hint="--site")
    return recording / "site"


def read_all(
    recording: Path, site: Path, since_ms: int | None, until_ms: int | None
) -> "tuple[Recording, Zoned, float]":
    """Read the site and the recording; say what is left out; return how long the recording took. [s]"""
    import time

    from app.site_folder import read_site
    from domain.pipeline import make_ready
    from simulators.recording import read_recording

    place, unknown = read_site(site)
    for name in unknown:
        typer.echo(f"wugan: {name}: nobody knows it; left out", err=True)
    zoned = make_ready(place)
    began_s = time.perf_counter()
    read = read_recording(recording, place, since_ms=since_ms, until_ms=until_ms)
    read_s = time.perf_counter() - began_s
    for what, counts in (
        ("readings refused", read.refused),
        ("weather rows refused", read.refused_weather),
        ("not known, left out", read.unknown),
    ):
        if counts:
            told = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
            typer.echo(f"wugan: {what}: {told}", err=True)
    return read, zoned, read_s


@contextlib.contextmanager
def kept_for_explain(to: Path | None) -> "Iterator[Path | None]":
    """Give a folder beside RUN/ in which judged minutes wait until RUN/ is written; None where there is no RUN/."""
    import tempfile

    if to is None:
        yield None
        return
    parent = to.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=f".{to.name}.") as folder:
        yield Path(folder)


def run_here(
    read: "Recording", zoned: "Zoned", rate: float | None, keep: Path | None = None
) -> "tuple[RunResult, float]":
    """Run a recording in this process, keep its minutes in a folder; return how long it took. [s]"""
    import time

    from simulators.replay import MinutesFile, can_run_ahead
    from simulators.replay import replay as run

    began_s = time.perf_counter()
    with ProgressBar(len(read.readings)) as on_progress:
        minutes = MinutesFile(keep, zoned.site) if keep is not None else None
        result = run(
            read, zoned, rate=rate, on_progress=on_progress, minutes=minutes, ahead=rate is None and can_run_ahead()
        )
        if minutes is not None:
            minutes.close()
    return result, time.perf_counter() - began_s


def play_only(read: "Recording", zoned: "Zoned", mqtt: str, rate: float | None) -> None:
    """Play a recording into a broker, for whoever listens there."""
    from app.replay_through import play_into
    from app.settings import load_settings

    published = play_into(read, zoned, mqtt, rate, load_settings())
    typer.echo(f"published {published:,} readings and the last tick to {mqtt}")


def run_through(
    read: "Recording", zoned: "Zoned", site: Path, mqtt: str, rate: float | None, workers: int
) -> "tuple[RunResult, float]":
    """Run a recording through MQTT, Kafka and Faust in processes of its own; return how long it took. [s]"""
    import time

    from app.logs import set_up_logs
    from app.replay_through import replay_with_brokers
    from app.settings import load_settings

    settings = load_settings()
    set_up_logs(settings.log_format, "warning")  # to standard error: standard output is the result's
    began_s = time.perf_counter()
    result = replay_with_brokers(read, zoned, site, mqtt=mqtt, rate=rate, workers=workers, settings=settings)
    return result, time.perf_counter() - began_s


def figures(readings: int, read_s: float, run_s: float) -> "dict[str, float | str]":
    """Return the measured times of a run by name."""
    per_s = round(readings / (read_s + run_s))
    return {"read_s": round(read_s, 3), "run_s": round(run_s, 3), "readings_per_s": per_s}


def tell(
    summary: "dict[str, object]",
    result: "RunResult",
    wall: "dict[str, float | str]",
    *,
    to: Path | None,
    as_json: bool,
) -> None:
    """Print what came out: a sentence, or `run.json`."""
    if as_json:
        import json

        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    where = f"; {to / 'report.html'}" if to is not None else ""
    typer.echo(
        f"{result.readings:,} readings ({wall['readings_per_s']:,}/s): {result.minutes:,} minutes judged, "
        f"{result.breaches.num_rows:,} raised sensor-minutes, {len(result.tickets):,} clue tickets{where}"
    )


def rate_of(text: str) -> float | None:
    """Return seconds of the recording per second; None for `max`."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed < float("inf"):
        raise typer.BadParameter(f"{text!r} is neither a number above 0 nor max", param_hint="--rate")
    return speed


def moment_of(text: str | None, option: str) -> int | None:
    """Return an RFC 3339 time in Unix milliseconds."""
    if text is None:
        return None
    from datetime import datetime

    from domain.times import to_ms

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is not RFC 3339, as 2018-04-29T00:00:00+08:00", param_hint=option)
    return to_ms(moment)


class ProgressBar:
    """A bar on standard error while it is a terminal; nothing elsewhere."""

    def __init__(self, readings: int) -> None:
        self._total = readings

    def __enter__(self) -> "Callable[[Progress], None] | None":
        import sys

        self._bar = None
        if not sys.stderr.isatty():
            return None
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task("replay", total=self._total)
        return self._show

    def _show(self, progress: "Progress") -> None:
        from domain.times import to_datetime

        if self._bar is not None:
            clock = f"{to_datetime(progress.clock_ms):%Y-%m-%d %H:%M} UTC · {progress.tickets} tickets"
            self._bar.update(self._task, completed=progress.readings, description=clock)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
