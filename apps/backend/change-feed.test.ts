import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { changeFeed } from "#apps/contracts/sync.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { samples, uuidOf } from "#apps/kit/testing/samples.ts";
import { pruneChanges, readChanges } from "./change-feed.ts";
import * as tables from "./schema.ts";

const alice = uuidOf(1);
const bob = uuidOf(2);
const dayMs = 24 * 3_600_000;
let store: TestDatabase;

beforeAll(async () => {
  store = await createTestDatabase(tables);
});
beforeEach(() => store.clear());
afterAll(() => store.close());

/** Gives a user these changes; sequences that are left out were taken by other events. */
async function changed(userId: string, sequences: number[], ageMs = 0): Promise<void> {
  const rows = sequences.map((sequence) => ({
    userId,
    sequence,
    taskId: uuidOf(100),
    change: "updated" as const,
    task: { ...samples["task-events"].task_data, version: sequence },
    changedAt: new Date(Date.now() - ageMs),
  }));
  await store.database.insert(tables.taskChanges).values(rows);
  const last = Math.max(...sequences);
  const { userSequences } = tables;
  await store.database
    .insert(userSequences)
    .values({ userId, last })
    .onConflictDoUpdate({ target: userSequences.userId, set: { last } });
}

const read = async (after: number | undefined, limit = 100, userId = alice) => {
  const feed = await readChanges(store.database, { userId, after, limit });
  expect(changeFeed.parse(feed)).toEqual(feed);
  return { ...feed, changes: feed.changes.map(({ sequence }) => sequence) };
};

test("what follows a sequence is told in order, of this user only", async () => {
  await changed(alice, [1, 2, 3]);
  await changed(bob, [1, 2]);
  expect(await read(1)).toEqual({ changes: [2, 3], sequence: 3, more: false, resync: false });
  expect(await read(1, 100, bob)).toMatchObject({ changes: [2], sequence: 2 });
});

test("a page says whether there is more", async () => {
  await changed(alice, [1, 2, 3]);
  expect(await read(0, 2)).toMatchObject({ changes: [1, 2], more: true });
  expect(await read(2, 2)).toMatchObject({ changes: [3], more: false });
});

test("without a sequence it tells the present one and no changes", async () => {
  expect(await read(undefined)).toMatchObject({ changes: [], sequence: 0, resync: false });
  await changed(alice, [1, 2, 3]);
  expect(await read(undefined)).toMatchObject({ changes: [], sequence: 3, resync: false });
  expect(await read(3)).toMatchObject({ changes: [], sequence: 3, resync: false });
});

test("who was away longer than changes are kept begins anew, and nobody else", async () => {
  await changed(alice, [1, 2, 4], 8 * dayMs);
  await changed(alice, [5, 7], 6 * dayMs);
  await changed(bob, [1], 6 * dayMs);
  expect(await pruneChanges(store.database)).toBe(3);
  expect(await read(3)).toEqual({ changes: [], sequence: 7, more: false, resync: true });
  expect(await read(4)).toMatchObject({ changes: [5, 7], resync: false });
  expect(await read(0, 100, bob)).toMatchObject({ changes: [1], resync: false });
  expect(await pruneChanges(store.database)).toBe(0);
});

test("who saw all that is forgotten by now has missed nothing", async () => {
  await changed(alice, [1, 2], 8 * dayMs);
  await pruneChanges(store.database);
  expect(await read(2)).toMatchObject({ changes: [], sequence: 2, resync: false });
  expect(await read(1)).toMatchObject({ resync: true });
});

test("a later sequence than the user's is of a time that a restored backup does not know", async () => {
  await changed(alice, [1]);
  expect(await read(2)).toMatchObject({ changes: [], sequence: 1, resync: true });
});

test("forgetting goes on from where it was, and never takes its mark back", async () => {
  await changed(alice, [1, 2, 3], 8 * dayMs);
  await pruneChanges(store.database);
  await changed(alice, [4], 8 * dayMs);
  await pruneChanges(store.database);
  const { taskChangeHorizons } = tables;
  const [mark] = await store.database
    .select()
    .from(taskChangeHorizons)
    .where(eq(taskChangeHorizons.userId, alice));
  expect(mark?.sequence).toBe(4);
});
