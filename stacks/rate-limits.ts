import { z } from "zod";

/** Requests a minute, or `off`. */
const perMinute = z.union([z.literal("off"), z.coerce.number().int().min(1).max(100_000_000)]);

type Limits = { readonly user: number | "off"; readonly address: number | "off" };

/** How often one user and one address may ask in a minute; `off` lifts both, as for load tests. */
export const rateLimits = (defaults: Limits) => {
  const one = z.strictObject({
    user: perMinute.default(defaults.user),
    address: perMinute.default(defaults.address),
  });
  return z
    .union([z.literal("off").transform((off) => ({ user: off, address: off })), one])
    .prefault({});
};

/** The limits in the form in which a service reads them (RATE_LIMITS). */
export function rateLimitsText(limits: Limits): string {
  const said = Object.entries(limits).filter(([, requests]) => requests !== "off");
  return said.map(([name, requests]) => `${name}=${requests}/60`).join(",") || "off";
}
