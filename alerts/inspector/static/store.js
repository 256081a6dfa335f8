// What waits to be sent, on this phone: whole forms with their photographs, in IndexedDB.

const STORE = "waiting";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function openWaiting() {
  const opening = indexedDB.open("wugan-inspector", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
  const base = await asked(opening);
  const on = (mode) => base.transaction(STORE, mode).objectStore(STORE);
  return {
    add: (item) => asked(on("readwrite").add(item)),
    put: (item) => asked(on("readwrite").put(item)),
    drop: (id) => asked(on("readwrite").delete(id)),
    all: () => asked(on("readonly").getAll()),
  };
}
