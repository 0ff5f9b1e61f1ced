import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectWorks } from "./application.ts";
import { bringUp, npmDone, theClone } from "./clone.ts";
import { planOf, previewText } from "./preview.ts";
import { recordedPids, restartedSince } from "./processes.ts";

const append = (file: string) => appendFileSync(join(theClone.folder, file), "\n// Touched.\n");

function replace(file: string, from: string, to: string): void {
  const path = join(theClone.folder, file);
  const text = readFileSync(path, "utf8");
  expect(text, `${file} has no ${from} to change`).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

type Change = {
  readonly what: string;
  readonly restarts: string[];
  /** Inputs that differ, and what names the file in the printed difference. */
  readonly inputs: string[];
  readonly named: RegExp;
  readonly make: () => void;
};

const components = "components/dapr/components.ts";
const changes: Change[] = [
  {
    what: "a source file of audit restarts audit",
    make: () => append("apps/audit/main.ts"),
    restarts: ["audit"],
    inputs: ["source"],
    named: /~ apps\/audit\/main\.ts +: "\w+" => "\w+"/,
  },
  {
    what: "a file of the kit restarts both services, and no sidecar, broker or database",
    make: () => append("apps/kit/runtime.ts"),
    restarts: ["audit", "backend"],
    inputs: ["source"],
    named: /~ apps\/kit\/runtime\.ts +: "\w+" => "\w+"/,
  },
  {
    what: "a component restarts the sidecar it is scoped to",
    make: () => replace(components, 'readTimeout: "500ms"', 'readTimeout: "501ms"'),
    restarts: ["backend-sidecar"],
    inputs: ["files"],
    named: /dapr\/backend\/resources\/resources\.yaml[^]*501ms/,
  },
  {
    what: "a component of both restarts both sidecars",
    make: () => replace(components, 'heartbeatInterval: "2s"', 'heartbeatInterval: "1900ms"'),
    restarts: ["audit-sidecar", "backend-sidecar"],
    inputs: ["files"],
    named: /dapr\/audit\/resources\/resources\.yaml[^]*1900ms/,
  },
];

test.for(changes)("a change of $what, and preview names the file", async (change) => {
  await bringUp(theClone);
  await npmDone(theClone, "start");
  const before = recordedPids(theClone);
  change.make();

  const plan = await planOf(theClone);
  expect(plan.changes.map(({ name }) => name).sort()).toEqual(change.restarts);
  expect(plan.changes.flatMap(({ inputs }) => inputs)).toEqual(
    change.restarts.flatMap(() => change.inputs),
  );
  expect(await previewText(theClone)).toMatch(change.named);

  await npmDone(theClone, "start");
  expect(restartedSince(before, theClone)).toEqual(change.restarts);
  await expectWorks(theClone);
});
