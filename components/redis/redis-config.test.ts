import { describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { directUsers, redisConfig, redisUsers } from "./redis-config.ts";
import { defaultRedisTuning } from "./tuning.ts";

const passwords = {
  sidecars: "canary-sidecars",
  services: Object.fromEntries(directUsers().map((appId) => [appId, `canary-${appId}`])),
};
const lines = redisUsers(passwords);
const lineOf = (name: string) => lines.find((line) => line.startsWith(`user ${name} `)) ?? "";

describe("the users of Redis", () => {
  test("have one without a name that can do nothing", () => {
    expect(lines[0]).toBe("user default off");
  });

  test.each(appIds)("know %s exactly where its contract declares Redis", (appId) => {
    expect(lineOf(appId) !== "").toBe(contractOf(appId).redis === true);
  });

  test.each(directUsers())("let %s touch its own keys and channels only", (appId) => {
    const reach = lineOf(appId)
      .split(" ")
      .filter((word) => /^[~&%]|^all(keys|channels)$/.test(word));
    expect(reach).toEqual([`~${appId}:*`, `&${appId}:*`]);
    expect(lineOf(appId)).toContain("-@dangerous -@admin");
  });

  test("let sidecars touch the state of those services that declare it, and no channel", () => {
    const states = appIds.filter((appId) => contractOf(appId).state);
    const reach = lineOf("todo")
      .split(" ")
      .filter((word) => /^[~&]/.test(word));
    expect(reach).toEqual(states.map((appId) => `~${appId}||*`));
  });

  test("have no password in clear, and none without one", () => {
    expect(lines.join("\n")).not.toContain("canary");
    expect(() => redisUsers({ ...passwords, services: {} })).toThrow("has no password");
  });
});

test("with TLS there is no port without it", () => {
  const config = redisConfig(defaultRedisTuning.prod, true);
  expect(config).toMatch(/^port 0$/m);
  expect(config).toMatch(/^tls-port 6379$/m);
});
