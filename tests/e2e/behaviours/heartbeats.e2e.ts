import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { closeCodes } from "#apps/contracts/sync.ts";
import { createTasks, newUser } from "../client.ts";
import { connect, numbers, sequencesOf, syncUrl } from "../socket.ts";

/** A heartbeat comes every ten seconds, and the third without an answer ends a connection. */
const silentWithinMs = 60_000;

describe.skipIf(!syncUrl)("heartbeats", { concurrent: true, timeout: 150_000 }, () => {
  test("keep a client that answers, and close one that does not", async () => {
    const user = await newUser();
    const mute = await connect(user, { autoPong: false });
    const polite = await connect(user);
    let beats = 0;
    polite.socket.on("ping", () => beats++);
    const code = await Promise.race([mute.closed, sleep(silentWithinMs, "nothing")]);
    expect(code).toBe(closeCodes.silent);
    expect(beats).toBeGreaterThanOrEqual(2);
    await createTasks(user, 1);
    await polite.untilChanges(1);
    await polite.close();
  });

  test("end a client that does not read, while the others are told", async () => {
    const user = await newUser();
    const [slow, quick] = [await connect(user), await connect(user)];
    slow.socket.pause();
    await createTasks(user, 100);
    await quick.untilChanges(100);
    // Longer than three beats; what was on its way is still read then, but nothing later.
    await sleep(35_000);
    await createTasks(user, 1);
    await quick.untilChanges(101);
    slow.socket.resume();
    expect([closeCodes.silent, 1006]).toContain(await slow.closed);
    expect(sequencesOf(slow)).toEqual(numbers(1, slow.changes().length));
    expect(slow.changes().length).toBeLessThanOrEqual(100);
    // And it goes on where it was.
    const again = await connect(user, { after: slow.changes().length });
    await again.untilChanges(101 - slow.changes().length);
    await Promise.all([again.close(), quick.close()]);
  });
});
