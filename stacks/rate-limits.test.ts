import { expect, test } from "vitest";
import { rateLimits, rateLimitsText } from "./rate-limits.ts";

const limits = rateLimits({ user: 600, address: 6_000 });

test.each([
  [undefined, "user=600/60,address=6000/60"],
  [{ user: 5 }, "user=5/60,address=6000/60"],
  [{ user: "30" }, "user=30/60,address=6000/60"],
  [{ address: "off" }, "user=600/60"],
  [{ user: "off", address: "off" }, "off"],
  ["off", "off"],
])("limits set to %j reach a service as %s", (value, text) => {
  expect(rateLimitsText(limits.parse(value))).toBe(text);
});

test.each([[{ user: 0 }], [{ user: -1 }], [{ users: 5 }], ["none"]])("%j is refused", (value) => {
  expect(limits.safeParse(value).success).toBe(false);
});
