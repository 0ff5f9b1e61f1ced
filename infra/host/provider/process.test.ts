import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { getPriority } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processLife } from "../testing/process-life.ts";
import {
  answering,
  createTemporaryStack,
  inputsFor,
  type TemporaryStack,
} from "../testing/temporary-stack.ts";
import { findMarked, identityOf, isAlive, markerOf, markerVariable, statOf } from "./proc.ts";
import type { ProcessInputs } from "./process-inputs.ts";
import { readRecord, writeRecord } from "./record.ts";
import { HalfMade } from "./resource.ts";
import { placesOf } from "./stack-folder.ts";
import { waitFor } from "./wait.ts";

let stack: TemporaryStack;
beforeEach(() => {
  stack = createTemporaryStack();
});
afterEach(() => stack.remove());

const { create, update, check } = processLife(() => stack);
const ask = async (inputs: ProcessInputs) => (await fetch(inputs.ready?.http ?? "")).text();
const kill = async (pid: number) => {
  process.kill(pid, "SIGKILL");
  await waitFor(() => !statOf(pid), { timeoutMs: 2000 });
};
const sleeping = "setInterval(() => {}, 1000);";

describe("a start", () => {
  test("returns once the process answers, and leaves it in a session of its own", async () => {
    const inputs = await inputsFor(stack, answering);
    const { pid } = await create(inputs);
    expect(await ask(inputs)).toBe("yes");
    expect(statOf(Number(pid))?.session).toBe(pid);
  });

  test("gives the process its environment and nothing of ours", async () => {
    const script = `require("node:fs").writeFileSync(process.env.OUT, JSON.stringify(process.env));`;
    const out = join(stack.folder, "env.json");
    const inputs = await inputsFor(stack, script + answering, { env: { OUT: out } });
    await create(inputs);
    const names = Object.keys(JSON.parse(readFileSync(out, "utf8"))).sort();
    expect(names).toEqual(["HOME", "LANG", "OUT", "PATH", "PORT", markerVariable, "TZ"]);
  });

  test("gives way as far as it is told to once it is ready, with every thread and as a group", async () => {
    const script = `const atStart = require("node:os").getPriority();
      require("node:http").createServer((_, response) => response.end(String(atStart)))
        .listen(process.env.PORT, "127.0.0.1");`;
    const lowered = await inputsFor(stack, script, { nice: 7 });
    const { pid } = await create(lowered);
    expect(await ask(lowered)).toBe(String(getPriority()));
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(threads.length).toBeGreaterThan(1);
    expect(threads.map((thread) => getPriority(thread))).toEqual(threads.map(() => 7));
    const group = `/proc/${pid}/autogroup`;
    if (existsSync(group)) expect(readFileSync(group, "utf8")).toContain("nice 7");
  });

  test("keeps no environment and no secret in the record", async () => {
    const inputs = await inputsFor(stack, answering, { env: { TOKEN: "canary" } });
    await create(inputs);
    const { record } = placesOf(stack.folder, "web");
    expect(readFileSync(record, "utf8")).not.toMatch(/canary|PORT/);
    expect(statSync(record).mode & 0o077).toBe(0);
  });

  test("names port, owner and remedy when a port is taken, and starts nothing", async () => {
    const inputs = await inputsFor(stack, answering);
    const server = createServer().listen(inputs.ports.web, "127.0.0.1");
    await once(server, "listening");
    const { failures } = await check(undefined, inputs);
    const said = await create(inputs).catch((error: Error) => error.message);
    await new Promise((resolve) => server.close(resolve));
    expect(said).toMatch(`Port ${inputs.ports.web} (web) is taken by pid ${process.pid} (`);
    expect(said).toMatch("npm run pulumi -- config set portBase ");
    expect(failures).toEqual([{ property: "ports", reason: said }]);
    expect(existsSync(stack.folder)).toBe(false);
  });

  test("that fails shows the end of the log and leaves nothing running", async () => {
    const inputs = await inputsFor(stack, `console.error("no moon today"); process.exit(3);`);
    const error = await create(inputs).catch((error) => error);
    expect(error).toBeInstanceOf(HalfMade);
    expect(error.message).toMatch("web: ended with code 3 before it was ready");
    expect(error.message).toMatch(`Last lines of ${placesOf(stack.folder, "web").log}`);
    expect(error.message).toMatch("no moon today");
    expect(findMarked(markerOf(stack.folder, "web"))).toEqual([]);
  });

  test("that takes too long says what did not answer, and leaves nothing running", async () => {
    const inputs = await inputsFor(stack, sleeping);
    const ready = { tcp: inputs.ports.web, timeoutMs: 300 };
    const error = await create({ ...inputs, ready }).catch((error) => error);
    expect(error.message).toMatch(
      /was not ready within 0.3 s: port \d+ on 127.0.0.1 says ECONNREFUSED/,
    );
    expect(findMarked(markerOf(stack.folder, "web"))).toEqual([]);
  });

  test("that is interrupted by the user ends at once and leaves nothing running", async () => {
    const inputs = await inputsFor(stack, sleeping);
    setTimeout(stack.interrupt, 200);
    await expect(create(inputs)).rejects.toThrow("Interrupted.");
    expect(findMarked(markerOf(stack.folder, "web"))).toEqual([]);
  });

  test("names a program or a folder that is missing", async () => {
    const inputs = await inputsFor(stack, "");
    await expect(create({ ...inputs, command: ["/no/such"] })).rejects.toThrow(
      "/no/such cannot be",
    );
    await expect(create({ ...inputs, cwd: "/no/where" })).rejects.toThrow("The folder /no/where");
  });
});

describe("a check", () => {
  test("changes nothing while the process runs as it was started", async () => {
    const inputs = await inputsFor(stack, answering);
    await create(inputs);
    expect((await check(inputs, inputs)).inputs).toEqual(inputs);
  });

  test("sees a process that was killed, and an update starts it again", async () => {
    const inputs = await inputsFor(stack, answering);
    const outputs = await create(inputs);
    await kill(Number(outputs.pid));
    const checked = (await check(inputs, inputs)).inputs;
    expect(checked.incarnation).toBe(`2 (pid ${outputs.pid} is gone)`);
    expect(stack.reports.at(-1)).toMatch(`web: pid ${outputs.pid} is gone`);
    const repaired = await update(inputs, outputs, checked);
    expect(repaired.pid).not.toBe(outputs.pid);
    expect(await ask(inputs)).toBe("yes");
    expect((await check(checked, checked)).inputs).toEqual(checked);
  });

  test("is not taken in by a pid that was used again", async () => {
    const inputs = await inputsFor(stack, answering);
    const { pid } = await create(inputs);
    const file = placesOf(stack.folder, "web").record;
    const record = readRecord(file);
    if (!record) throw new Error("no record");
    writeRecord(file, { ...record, startTime: record.startTime + 1 });
    expect((await check(inputs, inputs)).inputs.incarnation).toBe(`2 (pid ${pid} is gone)`);
    writeRecord(file, { ...record, bootId: "another" });
    expect((await check(inputs, inputs)).inputs.incarnation).toMatch("machine was started again");
  });

  test("refuses folders and files that are not evidently the stack's", async () => {
    const inputs = await inputsFor(stack, answering, { data: { folder: "/home" } });
    const { failures } = await check(undefined, inputs);
    expect(failures).toMatchObject([{ property: "data" }]);
    const data = { folder: "/var/tmp/todo-evolution-4711/web" };
    expect((await check(undefined, { ...inputs, data })).failures).toEqual([]);
  });
});

describe("an update", () => {
  test("restarts with the new environment", async () => {
    const inputs = await inputsFor(stack, answering);
    const outputs = await create(inputs);
    const news = { ...inputs, env: { ...inputs.env, ANSWER: "new" } };
    await update(inputs, outputs, news);
    expect(await ask(news)).toBe("new");
    expect(isAlive(identityOf(Number(outputs.pid)) ?? { pid: 0, startTime: 0, bootId: "" })).toBe(
      false,
    );
  });

  test("that fails is continued by the next one", async () => {
    const inputs = await inputsFor(stack, answering);
    const outputs = await create(inputs);
    const broken = { ...inputs, command: [process.execPath, "--eval", "process.exit(1)"] };
    await expect(update(inputs, outputs, broken)).rejects.toThrow("ended with code 1");
    const checked = (await check(inputs, inputs)).inputs;
    expect(checked.incarnation).toMatch(/^2 \(it is not running/);
    await update(inputs, outputs, checked);
    expect(await ask(inputs)).toBe("yes");
  });

  test("refuses a new port that is taken before it stops anything", async () => {
    const inputs = await inputsFor(stack, answering);
    const outputs = await create(inputs);
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const news = await inputsFor(stack, answering, { ports: { web: port } });
    await expect(update(inputs, outputs, news)).rejects.toThrow(`Port ${port} (web) is taken`);
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(inputs)).toBe("yes");
  });
});
