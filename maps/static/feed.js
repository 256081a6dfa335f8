// The live stream: server-sent events with a watchdog of its own, for EventSource gives up for good on some errors.

const KINDS = ["snapshot", "sensor", "ticket", "heartbeat"];

export function connect(url, hear, { silenceMs = 10000, retryMs = 2000 } = {}) {
  let source = null, lastId = "", heardAt = performance.now(), openedAt = 0;

  function open() {
    source?.close();
    openedAt = performance.now();
    source = new EventSource(lastId ? `${url}?last_event_id=${lastId}` : url);
    source.onerror = () => hear.link("down");
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        heardAt = performance.now();
        lastId = event.lastEventId || lastId;
        hear.link("live");
        hear[kind](JSON.parse(event.data));
      });
    }
  }

  function watch() {
    const now = performance.now();
    const gaveUp = source.readyState === EventSource.CLOSED && now - openedAt > retryMs;
    const silent = now - heardAt > silenceMs && now - openedAt > silenceMs;
    if (silent) hear.link("down");
    if (gaveUp) hear.refused();
    if (gaveUp || silent) open();
    hear.quiet(now - heardAt);
  }

  open();
  setInterval(watch, 500);
}
