import { z } from "zod";

/** So many requests, or `off`. */
const requests = z.union([z.literal("off"), z.coerce.number().int().min(1).max(100_000_000)]);

/** The limits, and for how many seconds each counts. */
const windows = { user: 60, address: 60, login: 60, account: 60, reset: 3_600 } as const;
type Name = keyof typeof windows;
type Limits = { readonly [N in Name]: number | "off" };

/**
 * How often in a minute one user and one address may ask, sign-ins, sign-ups and the like may come
 * from one address (`login`), and a password be tried at one account; how often in an hour one account
 * is mailed a link to a new password (`reset`). `off` lifts all, as for load tests.
 */
export const rateLimits = (defaults: Limits) => {
  const limit = (name: Name) => requests.default(defaults[name]);
  const one = z.strictObject({
    user: limit("user"),
    address: limit("address"),
    login: limit("login"),
    account: limit("account"),
    reset: limit("reset"),
  });
  const off: Limits = { user: "off", address: "off", login: "off", account: "off", reset: "off" };
  return z.union([z.literal("off").transform(() => off), one]).prefault({});
};

/** The limits in the form in which a service reads them (RATE_LIMITS). */
export function rateLimitsText(limits: Limits): string {
  const said = (Object.keys(windows) as Name[]).filter((name) => limits[name] !== "off");
  return said.map((name) => `${name}=${limits[name]}/${windows[name]}`).join(",") || "off";
}
