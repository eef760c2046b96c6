// Files that wait for a connection, in the browser's database; without one, in memory while the page is open.

const memory = new Map();
let opening;

const open = () =>
  (opening ??= new Promise((done, failed) => {
    const asked = indexedDB.open("parom", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("files");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  }));

const act = async (mode, deed) => {
  const files = (await open()).transaction("files", mode).objectStore("files");
  return new Promise((done, failed) => {
    const asked = deed(files);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
};

/** Stores the file of a message. */
export const keepFile = async (id, file) => {
  try {
    await act("readwrite", (files) => files.put(file, id));
  } catch {
    memory.set(id, file);
  }
};

/** The file of a message; undefined if it no longer exists. */
export const fileOf = async (id) => {
  try {
    return memory.get(id) ?? (await act("readonly", (files) => files.get(id)));
  } catch {
    return undefined;
  }
};

/** Deletes the file of a message. */
export const dropFile = async (id) => {
  memory.delete(id);
  try {
    await act("readwrite", (files) => files.delete(id));
  } catch {
    // There is no database, so nothing was stored.
  }
};
