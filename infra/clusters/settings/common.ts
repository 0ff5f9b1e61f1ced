import { z } from "zod";

/** How every cluster of ours is named in what it makes. */
export const clusterName = z
  .string()
  .regex(/^[a-z][a-z0-9]{2,9}$/, "must be 3 to 10 small letters and digits, a letter first")
  .default("todo");

/** A minor version of Kubernetes, the newest patch of which the cloud chooses. */
export const minorVersion = z
  .string()
  .regex(/^1\.\d+$/, "must be a minor version of Kubernetes, as 1.34")
  .default("1.34");

/** Who may talk to the API server, as `203.0.113.0/24`. */
export const allowedRanges = z
  .array(
    z
      .cidrv4()
      .refine(
        (cidr) => !cidr.endsWith("/0"),
        "is the whole internet: name the ranges of your network",
      ),
  )
  .min(1);

/** Of the network; must not overlap with what it is to be connected to. */
export const addressSpace = z
  .string()
  .regex(/^10\.\d{1,3}\.0\.0\/16$/, "must be a private /16, as 10.64.0.0/16")
  .default("10.64.0.0/16");

/** A zone of names that is made, and whose own and wildcard address is that of the gateway. */
export const dnsZone = z
  .string()
  .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a domain, as todo.example.com")
  .optional();

/** A check for pools: `refine(...leastToMost)`. */
export const leastToMost: [(sizes: PoolSizes) => boolean, { path: string[]; message: string }] = [
  ({ least, most }) => least <= most,
  { path: ["most"], message: "must not be less than least" },
];

type PoolSizes = { readonly least: number; readonly most: number };

/** When upkeep begins, in UTC; how long it may last differs by cloud. */
export const maintenanceStart = {
  day: z
    .enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
    .default("Sunday"),
  /** As `02:00`. */
  startsAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time, as 02:00")
    .default("02:00"),
};
