import { expect, test } from "vitest";
import { rateLimits, rateLimitsText } from "./rate-limits.ts";

const limits = rateLimits({ user: 600, address: 6_000, login: 60, account: 10, reset: 5 });

test.each([
  [undefined, "user=600/60,address=6000/60,login=60/60,account=10/60,reset=5/3600"],
  [{ user: 5 }, "user=5/60,address=6000/60,login=60/60,account=10/60,reset=5/3600"],
  [{ user: "30", login: 9 }, "user=30/60,address=6000/60,login=9/60,account=10/60,reset=5/3600"],
  [{ address: "off", account: "off" }, "user=600/60,login=60/60,reset=5/3600"],
  [{ user: "off", address: "off", login: "off", account: "off", reset: "off" }, "off"],
  ["off", "off"],
])("limits set to %j reach a service as %s", (value, text) => {
  expect(rateLimitsText(limits.parse(value))).toBe(text);
});

test.each([[{ user: 0 }], [{ user: -1 }], [{ users: 5 }], ["none"]])("%j is refused", (value) => {
  expect(limits.safeParse(value).success).toBe(false);
});
