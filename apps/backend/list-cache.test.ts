import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { StateStore } from "#apps/kit/dapr/state.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { createRandom, uuidOf } from "#apps/kit/testing/samples.ts";
import { createTestStateStore, type TestStateStore } from "#apps/kit/testing/state.ts";
import { bearerOf } from "./accounts/testing.ts";
import { createApp } from "./app.ts";
import { isWorthKeeping, type Page } from "./list-cache.ts";
import * as tables from "./schema.ts";
import { taskQuery } from "./task-query.ts";
import { backendDeps } from "./testing/deps.ts";

let database: TestDatabase;
let authorization: string;

beforeAll(async () => {
  database = await createTestDatabase(tables);
});
beforeEach(async () => {
  await database.clear();
  authorization = await bearerOf(database.database, uuidOf(900));
});
afterAll(() => database.close());

/** One replica of the backend over this store, as a caller of it. */
function replica(state: StateStore) {
  const app = createApp(backendDeps(database.database, { env: { ALLOWED_ORIGINS: "" }, state }));
  return async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await app.request(path, {
      method,
      headers: { authorization },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.status, path).toBeLessThan(300);
    return response.status === 204 ? (undefined as Body) : ((await response.json()) as Body);
  };
}

const atOnce = async () => {};
const path = "/api/tasks?q=zebra&sort=-updated";

describe("a kept list", () => {
  test("is answered without reading the tasks, until the user changes something", async () => {
    const state = createTestStateStore(atOnce);
    const ask = replica(state);
    const { id } = await ask<{ id: string }>("POST", "/api/tasks", { title: "A zebra" });
    const first = await ask<Page>("GET", path);
    await expect.poll(() => state.entries.size).toBe(1);
    const read = vi.spyOn(database.database, "transaction");
    expect(await ask<Page>("GET", path)).toEqual(first);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    await ask("PATCH", `/api/tasks/${id}`, { title: "Two zebra" });
    expect((await ask<Page>("GET", path)).tasks[0]?.title).toBe("Two zebra");
    await ask("DELETE", `/api/tasks/${id}`);
    expect((await ask<Page>("GET", path)).tasks).toEqual([]);
  });

  test("of another form than today's is read anew", async () => {
    const state = createTestStateStore(atOnce);
    const ask = replica(state);
    await ask("POST", "/api/tasks", { title: "A zebra" });
    await ask("GET", path);
    await expect.poll(() => state.entries.size).toBe(1);
    for (const [key, { etag }] of state.entries) {
      state.entries.set(key, {
        value: { tasks: [{ name: "old" }], sequence: 1, next: null },
        etag,
      });
    }
    expect((await ask<Page>("GET", path)).tasks[0]?.title).toBe("A zebra");
  });

  test("is nobody's business when the store is away", async () => {
    const away: StateStore = { get: async () => undefined, save: vi.fn(async () => false) };
    const ask = replica(away);
    await ask("POST", "/api/tasks", { title: "A zebra" });
    expect((await ask<Page>("GET", path)).tasks).toHaveLength(1);
    expect(away.save).not.toHaveBeenCalled();
  });

  test("is never replaced by an older one", async () => {
    const state = createTestStateStore(atOnce);
    const saved: number[] = [];
    const watched: StateStore = {
      get: state.get,
      save: async (key, value, options) => {
        const before = state.entries.get(key);
        const done = await state.save(key, value, options);
        if (done && before) {
          expect((value as Page).sequence).toBeGreaterThan((before.value as Page).sequence);
        }
        if (done) saved.push((value as Page).sequence);
        return done;
      },
    };
    const replicas = [replica(watched), replica(watched)];
    for (let round = 0; round < 10; round++) {
      await replicas[round % 2]?.("POST", "/api/tasks", { title: `zebra ${round}` });
      await Promise.all(replicas.map((ask) => ask("GET", path)));
    }
    expect(saved).toEqual([...saved].sort((one, other) => one - other));
    expect(saved.length).toBeGreaterThan(1);
  });
});

describe("writers and readers on two replicas", () => {
  const race = async (seed: number, disturb: (state: TestStateStore) => StateStore) => {
    const random = createRandom(seed);
    const shared = createTestStateStore(() => sleep(random() * 4));
    const replicas = [replica(disturb(shared)), replica(disturb(shared))];
    const any = () => replicas[Math.floor(random() * 2)] as (typeof replicas)[number];
    const { id } = await any()<{ id: string }>("POST", "/api/tasks", { title: "zebra 1" });
    let acknowledged = 1;
    let reads = 0;
    let ended = false;

    const writer = async () => {
      for (let version = 2; version <= 40; version++) {
        await any()("PATCH", `/api/tasks/${id}`, { title: `zebra ${version}` });
        acknowledged = version;
        await sleep(random() * 6);
      }
      ended = true;
    };
    const reader = async () => {
      let seen = 0;
      while (!ended) {
        const before = acknowledged;
        const { tasks, sequence } = await any()<Page>("GET", path);
        // A list is never older than what was acknowledged before it was asked for, and what
        // stands in it is what its sequence says.
        expect(tasks[0]?.version).toBeGreaterThanOrEqual(before);
        expect(tasks[0]?.title).toBe(`zebra ${tasks[0]?.version}`);
        expect(sequence).toBe(tasks[0]?.version);
        expect(sequence).toBeGreaterThanOrEqual(seen);
        seen = sequence;
        reads++;
      }
    };
    await Promise.all([writer(), ...Array.from({ length: 6 }, reader)]);
    return { reads, shared };
  };

  test.each([1, 2, 3])("never meet a list older than an acknowledged change (%i)", async (seed) => {
    const { reads, shared } = await race(seed, (state) => state);
    expect(reads).toBeGreaterThan(40);
    expect(shared.entries.size).toBe(1);
  });

  test("nor when the store forgets writes and gives back what it had long before", async () => {
    const random = createRandom(9);
    const older = new Map<string, { value: unknown; etag: string }[]>();
    const { reads } = await race(4, (state) => ({
      get: async (key) => {
        const entry = await state.get(key);
        const history = older.get(key) ?? [];
        if (entry) older.set(key, [...history, entry]);
        if (random() < 0.2) return undefined;
        const past = history[Math.floor(random() * history.length)];
        return random() < 0.5 && past ? past : entry;
      },
      save: async (...args) => (random() < 0.3 ? false : state.save(...args)),
    }));
    expect(reads).toBeGreaterThan(40);
  });
});

test.each<[object, boolean]>([
  [{}, false],
  [{ status: "open", limit: 10 }, false],
  [{ sort: "created" }, false],
  [{ q: "milk" }, true],
  [{ tag: ["home"] }, true],
  [{ sort: "due" }, true],
])("a list of %j is worth keeping: %s", (query, worth) => {
  expect(isWorthKeeping(taskQuery.parse(query))).toBe(worth);
});
