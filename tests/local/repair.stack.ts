import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import connect from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { replicaName } from "#infra/host/port-plan.ts";
import { signUp } from "../account.ts";
import { changed, createClone, createdAndListed, expectDone, outputsOf } from "./clone.ts";

const clone = createClone(26_000);
afterAll(() => clone.remove());

const up = () => {
  const outcome = clone.npm(["start"]);
  expectDone(outcome);
  return outcome;
};
const healthy = async () => {
  await createdAndListed(outputsOf(clone).baseUrl);
  // Nothing is missing, and nothing runs twice.
  expect(clone.started()).toEqual(clone.recorded());
};
/** Asks for a list that is worth keeping; how many such the state store in PostgreSQL has then. */
const pagesKept = async (): Promise<number> => {
  const { baseUrl, postgres } = outputsOf(clone);
  const token = await (await signUp(baseUrl)).token();
  await fetch(`${baseUrl}/api/tasks?q=keep`, { headers: { authorization: `Bearer ${token}` } });
  const sql = connect(postgres.adminUrl, { max: 1 });
  const rows = await sql`select key from statestore.state where key like 'backend||list:%'`;
  await sql.end();
  return rows.length;
};

describe("a fresh clone", () => {
  let first: ReturnType<typeof up>;
  beforeAll(() => {
    first = up();
  });

  test("comes up, and the request it prints works", async () => {
    console.log(`first start: ${(first.tookMs / 1_000).toFixed(1)} s`);
    const told = first.output
      .split("\n")
      .filter((line) => /^ {2}(SESSION=|TOKEN=|curl )/.test(line));
    // The last one asks for what follows from the one before, which takes its time.
    const last = told.pop();
    const untilListed = `for try in {1..40}; do ${last} | grep event_id && break; sleep 0.5; done`;
    const shell = spawnSync("bash", ["-c", [...told, untilListed].join("\n")], {
      encoding: "utf8",
    });
    expect(shell.stdout).toContain('"entries":[{"event_id"');
    await healthy();
  });

  test("is not changed by it as far as git can see", () => {
    expect(clone.git("status", "--porcelain")).toBe("");
  });

  test("says that nothing changed when started again", () => {
    const before = clone.pids();
    const again = up();
    expect(again.output).toContain("Nothing changed");
    expect(changed(before, clone.pids())).toEqual([]);
  });

  test("is previewed with nothing to do", () => {
    expect(clone.npm(["preview"]).output).toMatch(/^Resources:\n {4}\d+ unchanged\n*$/m);
  });
});

describe("only what is touched is restarted", () => {
  const afterChange = (change: () => void) => {
    const before = clone.pids();
    change();
    const preview = clone.npm(["preview"]);
    up();
    return { preview: preview.output, restarted: changed(before, clone.pids()) };
  };
  const edit = (file: string, text: string) => () => appendFileSync(join(clone.folder, file), text);

  test("by a process that died, which plain preview sees and plain up repairs", async () => {
    const pid = clone.pids().redis ?? 0;
    const { preview, restarted } = afterChange(() => process.kill(pid, "SIGKILL"));
    expect(preview).toContain(`pid ${pid} is gone`);
    expect(restarted).toEqual(["redis"]);
    await healthy();
  });

  test("by a source file of one service", () => {
    const { preview, restarted } = afterChange(edit("apps/audit/store.ts", "// changed\n"));
    expect(preview).toContain("apps/audit/store.ts");
    expect(restarted).toEqual(["audit"]);
  });

  test("by a source file of all services", () => {
    const { restarted } = afterChange(edit("apps/kit/http/log.ts", "// changed\n"));
    const replicas = appIds.flatMap((appId) =>
      Array.from({ length: contractOf(appId).leastReplicas ?? 1 }, (_, index) =>
        replicaName(appId, index),
      ),
    );
    expect(restarted).toEqual(replicas.sort());
  });

  test("by a component: the sidecars that it is scoped to", () => {
    const file = "components/dapr/facts.ts";
    const change = "s/redisDialTimeoutMs: 1_000/redisDialTimeoutMs: 2_000/";
    const { preview, restarted } = afterChange(() =>
      spawnSync("sed", ["-i", change, join(clone.folder, file)]),
    );
    expect(preview).toContain("dialTimeout");
    expect(restarted).toEqual(["backend-sidecar"]);
  });

  test("by the choice of PostgreSQL for state: the sidecars that keep some, which is then there", async () => {
    const { preview, restarted } = afterChange(() =>
      clone.npm(["pulumi", "--", "config", "set", "stateStore", "postgres"]),
    );
    expect(preview).toContain("state.postgresql");
    expect(restarted).toEqual(["backend-sidecar"]);
    await expect.poll(pagesKept, { timeout: 20_000 }).toBeGreaterThan(0);
  });
});

describe("the next start mends", () => {
  test("an engine that was killed in the middle", async () => {
    clone.npm(["down"]);
    const starting = spawn("npm", ["run", "-s", "start"], { cwd: clone.folder, stdio: "ignore" });
    const ended = new Promise((resolve) => starting.once("exit", resolve));
    const engine = await childRunning("pulumi", clone.folder);
    await expect.poll(locks, { timeout: 30_000 }).toHaveLength(1);
    await sleep(2_500);
    process.kill(engine, "SIGKILL");
    await ended;
    expect(up().output).toContain("was cut off");
    await healthy();
  });

  test("data, records and rendered files that were deleted by hand", async () => {
    const local = join(clone.folder, ".local");
    process.kill(clone.pids().postgres ?? 0, "SIGKILL");
    rmSync(join(local, "data", "postgres"), { recursive: true });
    rmSync(join(local, "run"), { recursive: true });
    rmSync(join(local, "dapr", "audit"), { recursive: true });
    up();
    await healthy();
  });

  test("a folder of the stack that is gone as a whole, while everything runs", async () => {
    // Some write meanwhile.
    rmSync(join(clone.folder, ".local"), { recursive: true, maxRetries: 10, retryDelay: 50 });
    up();
    await healthy();
  });
});

describe("down", () => {
  test("leaves no process, port or file, and can be run again", () => {
    up();
    const down = clone.npm(["down"]);
    expectDone(down);
    expect(clone.processes()).toEqual([]);
    expect(existsSync(join(clone.folder, ".local"))).toBe(false);
    expect(listenersIn(clone.portBase)).toEqual([]);
    expect(clone.npm(["down"]).code).toBe(0);
  });

  test("is what status then tells, with the way back up", () => {
    const status = clone.npm(["status"]);
    expect(status.code).toBe(1);
    expect(status.output).toContain("npm start");
  });
});

/** Who has the state, by the engine's own book. */
const locks = () =>
  globSync("**/*.json", { cwd: join(clone.folder, ".local", "state", ".pulumi", "locks") });

/** The engine's process for this clone, once there is one. */
async function childRunning(program: string, folder: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { stdout } = spawnSync("pgrep", ["-f", `^${program} up `], { encoding: "utf8" });
    for (const pid of stdout.split("\n").filter(Boolean)) {
      const { stdout: cwd } = spawnSync("readlink", [`/proc/${pid}/cwd`], { encoding: "utf8" });
      if (cwd.trim() === folder) return Number(pid);
    }
    await sleep(100);
  }
  throw new Error(`${program} did not start`);
}

function listenersIn(portBase: number): string[] {
  const { stdout } = spawnSync("ss", ["-ltnH"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => {
    const port = Number(/:(\d+)\s/.exec(line)?.[1]);
    return port >= portBase && port < portBase + 300;
  });
}
