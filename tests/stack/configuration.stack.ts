import { expect, test } from "vitest";
import { changesIn, npm, theClone, writeSettings } from "./clone.ts";

/** Key, value, and the command that mends it. */
const mistakes = [
  ["portbase", 19_000, "config rm portbase"],
  ["portBase", "many", "config set portBase"],
  ["portBase", 80, "config set portBase"],
  ["portBase", 40_000, "config set portBase"],
  ["logLevel", "nonsense", "config set logLevel"],
  ["target", "moon", "config set target"],
  ["watch", "perhaps", "config set watch"],
] as const;

test.for(mistakes)(
  "wrong configuration is told before any resource is looked at: %s = %s",
  async ([key, value, remedy]) => {
    const before = changesIn(theClone);
    const file = writeSettings(theClone.folder, ".local-wrong.yaml", { [key]: value });
    const { code, output } = await npm(theClone, "pulumi", ["preview", "--config-file", file]);
    expect(code).not.toBe(0);
    expect(output).toMatch(new RegExp(`onfiguration key ${key}\\b`));
    if (key !== "portbase") expect(output).toContain(`"${value}"`);
    expect(output).toContain(`npm run pulumi -- ${remedy}`);
    expect(output, "a resource was looked at").not.toMatch(/(todo:host|host:index):/);
    expect(changesIn(theClone).replace("?? .local-wrong.yaml\n", "")).toBe(before);
  },
);
