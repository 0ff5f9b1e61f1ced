import { z } from "zod";

/** Requests a minute, or `off`. */
const perMinute = z.union([z.literal("off"), z.coerce.number().int().min(1).max(100_000_000)]);

const names = ["user", "address", "login", "account"] as const;
type Limits = { readonly [Name in (typeof names)[number]]: number | "off" };

/**
 * How often in a minute one user and one address may ask, sign-ins and sign-ups may come from one
 * address (`login`), and sign-ins be tried at one account. `off` lifts all, as for load tests.
 */
export const rateLimits = (defaults: Limits) => {
  const limit = (name: keyof Limits) => perMinute.default(defaults[name]);
  const one = z.strictObject({
    user: limit("user"),
    address: limit("address"),
    login: limit("login"),
    account: limit("account"),
  });
  const off: Limits = { user: "off", address: "off", login: "off", account: "off" };
  return z.union([z.literal("off").transform(() => off), one]).prefault({});
};

/** The limits in the form in which a service reads them (RATE_LIMITS). */
export function rateLimitsText(limits: Limits): string {
  const said = Object.entries(limits).filter(([, requests]) => requests !== "off");
  return said.map(([name, requests]) => `${name}=${requests}/60`).join(",") || "off";
}
