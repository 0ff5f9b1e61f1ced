import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processLife } from "../testing/process-life.ts";
import {
  answering,
  createTemporaryStack,
  inputsFor,
  type TemporaryStack,
} from "../testing/temporary-stack.ts";
import { processType } from "./process.ts";

let stack: TemporaryStack;
beforeEach(() => {
  stack = createTemporaryStack();
});
afterEach(() => stack.remove());

const { create, update, check } = processLife(() => stack);

describe("files", () => {
  test("are for the owner alone, and go when they are no longer wanted", async () => {
    const [a, b] = [join(stack.folder, "conf", "a"), join(stack.folder, "conf", "b")];
    const inputs = await inputsFor(stack, answering, { files: { [a]: "1", [b]: "1" } });
    const outputs = await create(inputs);
    expect(statSync(a).mode & 0o777).toBe(0o600);
    await update(inputs, outputs, { ...inputs, files: { [a]: "2" } });
    expect(readFileSync(a, "utf8")).toBe("2");
    expect(existsSync(b)).toBe(false);
  });

  test("that were changed by hand are seen and written again", async () => {
    const file = join(stack.folder, "conf", "a");
    const inputs = await inputsFor(stack, answering, { files: { [file]: "1" } });
    const outputs = await create(inputs);
    writeFileSync(file, "other");
    const checked = (await check(inputs, inputs)).inputs;
    expect(checked.incarnation).toBe(`2 (${file} was changed)`);
    await update(inputs, outputs, checked);
    expect(readFileSync(file, "utf8")).toBe("1");
  });

  test("can be read back once the process is ready", async () => {
    const file = join(stack.folder, "made");
    const script = `require("node:fs").writeFileSync(process.env.OUT, "certificate");`;
    const inputs = await inputsFor(stack, script + answering, {
      env: { OUT: file },
      reads: { ca: file },
    });
    expect((await create(inputs)).contents).toEqual({ ca: "certificate" });
  });
});

describe("data", () => {
  const withData = async (init: string[]) => {
    const folder = join(stack.folder, "data", "web");
    return inputsFor(stack, answering, { data: { folder, init }, env: { FOLDER: folder } });
  };
  const fill = ["/bin/sh", "-c", 'test -z "$(ls -A "$FOLDER")" && echo full > "$FOLDER/content"'];

  test("is made once and kept over restarts", async () => {
    const inputs = await withData(fill);
    const outputs = await create(inputs);
    const news = { ...inputs, source: { "main.ts": "2" } };
    const again = await update(inputs, outputs, news);
    expect(again.dataId).toBe(outputs.dataId);
    expect(again.pid).not.toBe(outputs.pid);
    expect(processType.predict?.({ inputs, outputs }, news)).toMatchObject({
      dataId: outputs.dataId,
    });
  });

  test("that is unfinished is wiped and made anew", async () => {
    const inputs = await withData(fill);
    const folder = inputs.data?.folder ?? "";
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "half"), "");
    await create(inputs);
    expect(existsSync(join(folder, "half"))).toBe(false);
    expect(readFileSync(join(folder, "content"), "utf8")).toBe("full\n");
  });

  test("that vanished is seen, made anew, and gets another id", async () => {
    const inputs = await withData(fill);
    const outputs = await create(inputs);
    rmSync(inputs.data?.folder ?? "", { recursive: true });
    const checked = (await check(inputs, inputs)).inputs;
    expect(checked.incarnation).toMatch(/^2 \(its data in .* is gone\)$/);
    expect((await update(inputs, outputs, checked)).dataId).not.toBe(outputs.dataId);
  });

  test("of a stack that the engine no longer knows is not used with other settings", async () => {
    const inputs = await withData(fill);
    const first = await create(inputs);
    const other = await create({ ...inputs, env: { ...inputs.env, PASSWORD: "other" } });
    expect(other.dataId).not.toBe(first.dataId);
  });

  test("that cannot be made shows why", async () => {
    const inputs = await withData(["/bin/sh", "-c", "echo disk is full; exit 7"]);
    await expect(create(inputs)).rejects.toThrow(/ended with code 7.*disk is full/s);
  });
});
