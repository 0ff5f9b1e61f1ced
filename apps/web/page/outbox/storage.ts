import type { Operation } from "./operation.ts";

/** An operation with its place in the order in which things were done. */
export type Stored = Operation & { readonly position: number };

/** Where operations are kept, in order. Each call is whole or not at all. */
export type Storage = {
  readonly add: (operation: Operation) => Promise<Stored>;
  readonly all: (userId: string) => Promise<Stored[]>;
  /** Removes some and puts changed ones in their places, at once. */
  readonly change: (removed: readonly number[], changed: readonly Stored[]) => Promise<void>;
};

const storeName = "operations";

/** In the browser's database, which outlives the page. */
export async function openStorage(name = "todo-outbox"): Promise<Storage> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(storeName, {
        keyPath: "position",
        autoIncrement: true,
      });
      store.createIndex("userId", "userId");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  // Strict: what was said to be kept is on the disk.
  const transact = (mode: IDBTransactionMode) =>
    database.transaction(storeName, mode, { durability: "strict" });

  return {
    add: async (operation) => {
      const transaction = transact("readwrite");
      const request = transaction.objectStore(storeName).add(operation);
      await finished(transaction);
      return { ...operation, position: request.result as number };
    },
    all: async (userId) => {
      const transaction = transact("readonly");
      const request = transaction.objectStore(storeName).index("userId").getAll(userId);
      await finished(transaction);
      return (request.result as Stored[]).sort((one, other) => one.position - other.position);
    },
    change: async (removed, changed) => {
      const transaction = transact("readwrite");
      const store = transaction.objectStore(storeName);
      for (const position of removed) store.delete(position);
      for (const operation of changed) store.put(operation);
      await finished(transaction);
    },
  };
}

/** For this page only, where the browser keeps nothing (a private window of some). */
export function memoryStorage(): Storage {
  const kept = new Map<number, Stored>();
  let last = 0;
  return {
    add: async (operation) => {
      const stored = { ...operation, position: ++last };
      kept.set(stored.position, stored);
      return stored;
    },
    all: async (userId) =>
      [...kept.values()]
        .filter((one) => one.userId === userId)
        .sort((one, other) => one.position - other.position),
    change: async (removed, changed) => {
      for (const position of removed) kept.delete(position);
      for (const one of changed) kept.set(one.position, one);
    },
  };
}

const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
