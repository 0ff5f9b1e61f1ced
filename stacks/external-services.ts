import { z } from "zod";

const port = (usual: number) => z.coerce.number().int().min(1).max(65_535).default(usual);
const host = z.string().min(1).default("127.0.0.1");
const byCompose = "npm run compose sets it for the servers of compose.yaml";
/** Set with `--secret`; whoever uses it makes it a secret of the engine's again. */
const password = z.string({ error: byCompose }).min(1, byCompose);

/**
 * Servers that stand elsewhere and are used by the local stack instead of its own, with their
 * administrators. The defaults are the addresses of compose.yaml. They are talked to in clear, so
 * they belong on this machine or on a network that is trusted.
 */
export const externalServices = z.strictObject({
  kafka: z
    .strictObject({
      brokers: z
        .array(z.string().regex(/^[^:]+:\d+$/, "must be host:port"))
        .min(1)
        .default(["127.0.0.1:17092"]),
      /** By SCRAM-SHA-512, as the users of the services that are made. */
      username: z.string().min(1).default("admin"),
      password,
    })
    .prefault({} as { password: string }),
  postgres: z
    .strictObject({
      host,
      port: port(17_432),
      /** One that the administrator owns, and that nobody else uses. */
      database: z.string().min(1).default("todo"),
      username: z.string().min(1).default("postgres"),
      password,
    })
    .prefault({} as { password: string }),
  redis: z
    .strictObject({
      host,
      port: port(17_379),
      username: z.string().min(1).default("default"),
      password,
    })
    .prefault({} as { password: string }),
  /** Where Zipkin's page is; not asked for with `tracing: none`. */
  zipkin: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:17411"),
  mail: z
    .strictObject({
      host,
      port: port(17_025),
      /** Absent where the server takes mail without one. */
      username: z.string().min(1).optional(),
      password: password.optional(),
      /** Where a person can look at what was sent, if anywhere. */
      page: z.url({ protocol: /^https?$/ }).optional(),
    })
    .refine(({ username, password }) => (username === undefined) === (password === undefined), {
      path: ["password"],
      message: "goes with username: set both or neither",
    })
    .prefault({ page: "http://127.0.0.1:17026" }),
});

export type ExternalServices = z.infer<typeof externalServices>;
