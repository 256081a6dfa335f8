"""What the duty desk costs a browser and its server: first paint, bytes, frames, heap, many desks, keys to a decision.

A real server with the whole application (paint, bytes, keys) or its live part (the rest), a real Chromium
(WUGAN_TEST_CHROMIUM; its own process, without a GPU). Server, load and listening desks share this process, so what is
told of deltas holds the load's own share too. Messages enter where the desk takes them from Kafka.

frames: every sensor speaks once a second, evenly spread; the gaps between the browser's frames are taken for some
seconds. Without a screen no frame is shorter than a sixtieth of a second.
heap: 3,600 updates of 155 sensors, faster than they would come in an hour; after a collection before and behind.
fifty desks: 1,000 sensors at 1 Hz in ten messages a second; measured from a message's coming in to the arrival, at
each desk, of the event that carries its first reading.
"""

import argparse
import asyncio
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.common import say
from domain.readings import FloatArray
from tests.builders_desk import WholeDesk, a_ticket
from tests.builders_maps import Desk, a_zone, now_ms, quiet_rows
from tests.ticket_stores import fresh_store

PAINT_BAR_MS, BYTES_BAR = 1000.0, 300 * 1024
FRAME_BAR_MS, HEAP_BAR_PERCENT, DELTA_BAR_MS, KEYS_BAR = 20.0, 5.0, 1000.0, 3
SENSORS = (155, 1000, 5000)
LOADED = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((one) => !one.name.includes("/api/")).reduce((sum, one) => sum + one.decodedBodySize, 0)"""
"""What the page and all that it asked for hold, uncompressed, without answers of the API. [bytes]"""
UPDATES, UPDATE_S = 3600, 0.02
HEARD_S = 120.0
DESKS, MESSAGES_A_SECOND = 50, 10
SNAPSHOT_SENSORS, SNAPSHOTS = 10_000, 40

FRAMES = """(seconds) => new Promise((done) => {
    const gaps = [], end = performance.now() + seconds * 1000;
    let before = null;
    const step = (now) => {
        if (before !== null) gaps.push(now - before);
        before = now;
        if (now < end) requestAnimationFrame(step); else done(gaps);
    };
    requestAnimationFrame(step);
})"""
COUNTING = """const listen = EventSource.prototype.addEventListener; window.__updates = 0;
EventSource.prototype.addEventListener = function (name, ...more) {
    listen.call(this, name, ...more);
    if (name === "sensor") listen.call(this, name, () => { window.__updates += 1; });
};"""
PAINTED = """performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""


def main() -> None:
    """Run all parts, or one."""
    parts = {"paint": paint, "frames": frames, "heap": heap, "snapshot": snapshot, "desks": desks, "keys": keys}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(parts))
    parser.add_argument("--seconds", type=float, default=10.0, help="of frames, and of deltas to many desks")
    options = parser.parse_args()
    for name, part in parts.items():
        if options.only in (None, name):
            part(options.seconds)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser that has never seen the desk."""
    flags = os.environ.get("WUGAN_TEST_CHROMIUM_FLAGS", "--headless").split()
    with sync_playwright() as started:
        yield started.chromium.launch(executable_path=os.environ["WUGAN_TEST_CHROMIUM"], args=flags)


@contextmanager
def live(sensors: int, flush_ms: int = 200) -> Iterator[Desk]:
    """Serve the live part over a zone of so many sensors, five of them vehicles."""
    desk = Desk(a_zone(sensors - 5), flush_ms=flush_ms).start()
    desk.judged(now_ms() - 100_000)
    desk.readings(quiet_rows(desk.site), now_ms() - 1000)
    try:
        yield desk
    finally:
        desk.stop()


@contextmanager
def whole() -> Iterator[WholeDesk]:
    """Serve the whole application over a zone of 155 sensors, with three tickets open."""
    site = a_zone()
    with tempfile.TemporaryDirectory() as folder, fresh_store("sqlite", Path(folder)) as engine:
        desk = WholeDesk(site, engine)
        desk.start()
        desk.judged(now_ms() - 100_000)
        desk.readings(quiet_rows(site), now_ms() - 1000)
        desk.open(*(a_ticket(site, f"a{number}", age_s=60 * number, priority=number) for number in (1, 2, 3)))
        try:
            yield desk
        finally:
            desk.stop()


def opened(browser: Browser, url: str, sensors: int) -> Page:
    """Open the desk in a context of its own and wait until it is live."""
    page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
    page.add_init_script(COUNTING)
    page.goto(url)
    expect(page.locator("#online")).to_have_text(f"{sensors}/{sensors}", timeout=60_000)
    return page


def paint(_: float) -> None:
    """Print the first paint and the bytes of the first load, five times cold."""
    took: list[float] = []
    loaded: list[int] = []
    with whole() as desk, chromium() as browser:
        for _once in range(5):
            page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
            page.goto(desk.url)
            page.wait_for_selector("#ticket-a3", timeout=30_000)
            took.append(float(page.evaluate(PAINTED)))
            loaded.append(int(page.evaluate(LOADED)))
            page.context.close()
    say("first paint of /, cold, median of 5", float(np.median(took)), "ms", most=PAINT_BAR_MS)
    say("first paint of /, cold, most of 5", max(took), "ms", most=PAINT_BAR_MS)
    say("first load of /, uncompressed", max(loaded), "bytes", most=BYTES_BAR)


def frames(seconds: float) -> None:
    """Print the gaps between frames while every sensor speaks once a second."""
    with chromium() as browser:
        for sensors in SENSORS:
            with live(sensors) as desk, speaking(desk):
                page = opened(browser, desk.url, sensors)
                before = int(page.evaluate("window.__updates"))
                gaps = np.array(page.evaluate(FRAMES, seconds))
                heard = int(page.evaluate("window.__updates")) - before
                page.context.close()
            told = f"frame, {sensors:,} sensors at 1 Hz"
            say(f"{told}, p50", float(np.percentile(gaps, 50)), "ms")
            say(f"{told}, p95", float(np.percentile(gaps, 95)), "ms", most=FRAME_BAR_MS if sensors <= 1000 else None)
            say(f"{told}, p99", float(np.percentile(gaps, 99)), "ms")
            say(f"{told}, updates heard a second", heard / seconds, "")


@contextmanager
def speaking(desk: Desk) -> Iterator[None]:
    """Let every sensor speak once a second, evenly spread over ten messages, from a thread."""
    stop = threading.Event()
    rounds = [quiet_rows(desk.site, seed) for seed in range(8)]
    part = -(-len(desk.site.sensors) // MESSAGES_A_SECOND)

    def speak() -> None:
        number = 0
        while not stop.wait(1 / MESSAGES_A_SECOND):
            second, at = divmod(number, MESSAGES_A_SECOND)
            desk.readings(rounds[second % len(rounds)][at * part : (at + 1) * part], now_ms())
            number += 1

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def heap(_: float) -> None:
    """Print how the page's heap grows over an hour's updates."""
    with live(155, flush_ms=5) as desk, chromium() as browser:
        page = opened(browser, desk.url, 155)
        update(desk, page, 200)
        before = used_mb(page)
        update(desk, page, UPDATES)
        after = used_mb(page)
    say(f"heap before / after {UPDATES:,} updates: before", before, "MB")
    say(f"heap before / after {UPDATES:,} updates: after", after, "MB")
    say("heap, growth", (after / before - 1) * 100, "%", most=HEAP_BAR_PERCENT if after > before else None)


def update(desk: Desk, page: Page, times: int) -> None:
    """Let all sensors speak so many times, and wait until the page has heard them."""
    rounds = [quiet_rows(desk.site, seed) for seed in range(8)]
    least = int(page.evaluate("window.__updates")) + int(times * 0.98)
    for number in range(times):
        desk.readings(rounds[number % len(rounds)], now_ms())
        time.sleep(UPDATE_S)
    end_s = time.monotonic() + HEARD_S
    while page.evaluate("window.__updates") < least:  # the page's policy allows no function made of text
        if time.monotonic() > end_s:
            raise TimeoutError(f"the page has not heard {least:,} updates within {HEARD_S:.0f} s of the last")
        page.wait_for_timeout(50)


def used_mb(page: Page) -> float:
    """Return the heap that is still in use after a collection. [MB = 1024² bytes]"""
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used = float(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    return used / 1024**2


def snapshot(_: float) -> None:
    """Print what a desk that knows nothing costs, over a zone of 10,000 sensors."""
    with live(SNAPSHOT_SENSORS) as desk:
        until_told(desk)
        took = [timed(lambda: desk.feed.snapshot("start")) for _ in range(SNAPSHOTS)]
        with httpx.Client(base_url=desk.url) as client:
            asked = [timed(lambda: client.get("/api/v1/sensors").raise_for_status()) for _ in range(SNAPSHOTS // 4)]
        size = sum(len(text) for _, text in desk.feed.snapshot("start"))
    told = f"snapshot of {SNAPSHOT_SENSORS:,} sensors"
    say(f"{told} for a new desk, p50", float(np.percentile(took, 50)), "ms")
    say(f"{told} for a new desk, p95", float(np.percentile(took, 95)), "ms")
    say(f"{told}, size", size, "bytes")
    say(f"GET /api/v1/sensors, {SNAPSHOT_SENSORS:,} sensors, p50", float(np.percentile(asked, 50)), "ms")


def until_told(desk: Desk) -> None:
    """Wait until the live zone has taken what was pushed."""
    end_s = time.monotonic() + 30
    while not desk.feed.live.received_ms.all():
        if time.monotonic() > end_s:
            raise TimeoutError("the live zone did not take the first readings in 30 s")
        time.sleep(0.02)


def timed(call: Callable[[], object]) -> float:
    """Return how long a call takes. [ms]"""
    begin_s = time.perf_counter()
    call()
    return (time.perf_counter() - begin_s) * 1000


class Listening:
    """Many desks that listen, in a thread of their own, and when each heard a marked reading."""

    def __init__(self, port: int, amount: int) -> None:
        self._port, self._amount = port, amount
        self._begun = threading.Semaphore(0)
        self.sent_s: dict[tuple[str, float], float] = {}
        self.took_ms: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)
        self._thread.start()
        for _ in range(amount):
            if not self._begun.acquire(timeout=30):
                raise TimeoutError("not every desk was let in within 30 s")

    async def _all(self) -> None:
        tasks = [asyncio.create_task(self._one()) for _ in range(self._amount)]
        await asyncio.to_thread(self._stop.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """Let every desk go."""
        self._stop.set()
        self._thread.join()

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: desk\r\nAccept: text/event-stream\r\n\r\n")
        event = b""
        try:
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    event = line[7:].strip()
                elif line.startswith(b"data: "):
                    self._hear(event, line[6:], time.time())
        finally:
            writer.close()

    def _hear(self, event: bytes, data: bytes, now_s: float) -> None:
        if event == b"snapshot":
            self._begun.release()
        elif event == b"sensor":
            self._take(data, now_s)

    def _take(self, data: bytes, now_s: float) -> None:
        for row in json.loads(data):
            sent_s = self.sent_s.get((row[0], row[1]))
            if sent_s is not None:
                self.took_ms.append((now_s - sent_s) * 1000)


def desks(seconds: float) -> None:
    """Print how late deltas come to fifty desks that are open at once."""
    with live(1000) as desk:
        until_told(desk)
        heard = Listening(desk.port, DESKS)
        marks = send_marked(desk, heard, seconds)
        end_s = time.monotonic() + 10
        while len(heard.took_ms) < marks * DESKS and time.monotonic() < end_s:
            time.sleep(0.05)
        heard.close()
    took: FloatArray = np.array(heard.took_ms)
    say(f"deltas to {DESKS} desks at once, 1,000 sensors at 1 Hz, heard", len(took), "", least=marks * DESKS)
    say("delta, in -> at the desk, p50", float(np.percentile(took, 50)), "ms")
    say("delta, in -> at the desk, p99", float(np.percentile(took, 99)), "ms", most=DELTA_BAR_MS)
    say("delta, in -> at the desk, most", float(took.max()), "ms")


def send_marked(desk: Desk, heard: Listening, seconds: float) -> int:
    """Let a tenth of the sensors speak ten times a second; return how many messages, each with a mark of its own."""
    rows = [row | {"pm25": 30.0} for row in quiet_rows(desk.site)]
    part = len(rows) // MESSAGES_A_SECOND
    begin_s = time.monotonic()
    amount = int(seconds * MESSAGES_A_SECOND)
    for number in range(amount):
        at = number % MESSAGES_A_SECOND * part
        value = round(20.0 + number * 0.1 % 40, 1)
        told = [row | {"pm25": round(value + (index % 7) * 0.1, 1)} for index, row in enumerate(rows[at : at + part])]
        heard.sent_s[(told[0]["sensor_id"], value)] = time.time()
        desk.readings(told, now_ms())
        time.sleep(max(0.0, begin_s + (number + 1) / MESSAGES_A_SECOND - time.monotonic()))
    return amount


def keys(_: float) -> None:
    """Print how many keys decisions take, from a desk just opened; each is seen in the store."""
    with whole() as desk, chromium() as browser:
        for what, pressed, ticket, state in (
            ("dispatch the first", ["d"], "a1", "dispatched"),
            ("dismiss the one below the first, with its reason", ["j", "x", "2"], "a3", "dismissed"),
            ("watch the first", ["w"], "a2", "watching"),
        ):
            page = opened(browser, desk.url, len(desk.site.sensors))
            page.wait_for_selector(f"#ticket-{ticket}", timeout=30_000)
            for key in pressed:
                page.keyboard.press(key)
            until_state(desk, ticket, state)
            say(f"keys to {what}", len(pressed), "keys", most=KEYS_BAR)
            page.context.close()


def until_state(desk: WholeDesk, ticket: str, state: str) -> None:
    """Wait until a ticket stands so in the store."""
    end_s = time.monotonic() + 10
    while desk.state(ticket) != state:
        if time.monotonic() > end_s:
            raise TimeoutError(f"{ticket} is {desk.state(ticket)}, not {state}, 10 s after the keys")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
