import { vi } from "vitest";
import { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createMetrics } from "#apps/kit/http/metrics.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { absentRedis } from "#apps/kit/testing/redis.ts";
import { silentLog } from "#apps/kit/testing/samples.ts";
import { accountsEnvOfTests } from "../accounts/testing.ts";
import type { BackendDeps } from "../app.ts";

export type BackendChanges = Partial<Omit<BackendDeps, "env">> & {
  readonly env?: Partial<BackendDeps["env"]>;
};

/** What a replica of backend stands on in a test: this database, and nothing that is far away. */
export const backendDeps = (
  database: Database,
  { env, ...changes }: BackendChanges = {},
): BackendDeps => ({
  env: {
    ...accountsEnvOfTests,
    APP_API_TOKEN: "of the sidecar",
    RATE_LIMITS: "off",
    TRUSTED_PROXIES: "0",
    ...env,
  },
  connection: { database, ping: async () => {}, close: async () => {} },
  outbox: createOutbox(services.backend),
  sidecar: { get: vi.fn(), post: vi.fn(), publishBulk: vi.fn(), sendDeadLetter: vi.fn() },
  jobs: { schedule: async () => {}, delete: async () => {} },
  relay: { wake: vi.fn(), backlog: vi.fn(), stop: vi.fn() },
  redis: absentRedis,
  state: undefined,
  sendByBinding: async () => ({ ok: true, status: 204, text: "" }),
  createApp: createTestShell,
  log: silentLog,
  metrics: createMetrics("test"),
  ...changes,
});
