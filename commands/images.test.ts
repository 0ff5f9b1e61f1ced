import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appIds } from "#apps/contracts/services.ts";

const [appId = ""] = appIds;
const images = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "images.ts"), ...args], {
    encoding: "utf8",
  });

test("its help names every action", () => {
  const { stdout, status } = images("--help");
  for (const action of ["build", "list", "base", "clean"]) expect(stdout).toContain(`  ${action}`);
  expect(status).toBe(0);
});

test("the list names an image of every service, as it would be called in a registry", () => {
  const { stdout } = images(
    "list",
    "--json",
    "--base",
    "b.example/node:24",
    "--push",
    "r.example/x",
  );
  const rows: { name: string; reference: string }[] = JSON.parse(stdout);
  for (const appId of appIds) {
    const row = rows.find(({ name }) => name === appId);
    expect(row?.reference).toMatch(new RegExp(`^r\\.example/x/todo-${appId}:[0-9a-f]{16}$`));
  }
}, 60_000);

test("a misspelt option is answered with the help", () => {
  const { stderr, status } = images("build", "--pushh", "r.example");
  expect(stderr).toContain("Unknown option '--pushh'");
  expect(stderr).toContain("--push REGISTRY");
  expect(status).toBe(2);
});

test.each([
  [["mend"], "no such action: mend. Known: build,"],
  [["list", "nobody"], "no image of nobody. Known: "],
  [["list", appId, "--push", "r", "--archive", "d"], "three ways to hand an image over"],
  [["build", "--expect-tag", "x"], "--expect-tag is of one service"],
  [["build", appId, "--expect-tag", "x"], "the source has changed since the plan was made"],
])(
  "%j is refused with its reason",
  (args, reason) => {
    const { stderr, status } = images(...args);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(1);
  },
  60_000,
);
