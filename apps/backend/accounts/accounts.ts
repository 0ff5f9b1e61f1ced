import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { services } from "#apps/contracts/services.ts";
import type { Connection } from "#apps/kit/database/connect.ts";
import { type IdentityReader, identified, originsOf } from "#apps/kit/http/identity.ts";
import { sessionCookieName, tokenSecretsOf } from "#apps/kit/http/session-cookie.ts";
import { addressOf, takeFrom } from "#apps/kit/limits/limited.ts";
import type { Limiter } from "#apps/kit/limits/limiter.ts";
import type { Quotas } from "#apps/kit/limits/quota.ts";
import type { RedisClient } from "#apps/kit/redis/client.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import type { Auth } from "./auth.ts";
import { createAuthRoutes } from "./auth-routes.ts";
import { createExternalReader } from "./external.ts";
import { createIdentityRoutes } from "./identity-routes.ts";
import { ensureOperators, operatorsOf, startEnsuring } from "./operators.ts";
import { type BackendOutbox, hashOf } from "./registration.ts";
import { createResetMail, createResetMailMetrics } from "./reset-mail.ts";
import { createAddressRoutes } from "./routes.ts";
import { createSessionReader } from "./session-reader.ts";
import { createTokenReader, issuerOf } from "./token-reader.ts";

export type AccountsDeps = {
  readonly env: Pick<
    Runtime<(typeof services)["backend"]>["env"],
    | "TOKEN_SECRET"
    | "APP_API_TOKEN"
    | "TRUSTED_PROXIES"
    | "PUBLIC_URL"
    | "ALLOWED_ORIGINS"
    | "OPERATORS"
    | "OPERATOR_PASSWORD"
    | "OIDC_ISSUER"
    | "OIDC_AUDIENCE"
  >;
  readonly database: Connection["database"];
  readonly outbox: BackendOutbox;
  readonly redis: Pick<RedisClient, "run"> | undefined;
  readonly limiter: Limiter;
  readonly quotas: Quotas;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
  readonly sendByBinding: Runtime<(typeof services)["backend"]>["sendByBinding"];
  readonly metrics: { readonly registry: Registry };
  readonly log: Logger;
};

/** Who uses the system: what reads whom a request is from, and the routes of accounts. */
export function createAccounts(deps: AccountsDeps) {
  const { env, database, outbox, redis, wake } = deps;
  const secrets = tokenSecretsOf(env.TOKEN_SECRET);
  if (!secrets) throw new Error("TOKEN_SECRET is not of the form 1:secret");
  const publicUrl = env.PUBLIC_URL;
  const cookieName = sessionCookieName(publicUrl);
  const origins = originsOf(env.ALLOWED_ORIGINS);
  const operators = operatorsOf(env.OPERATORS);
  const { roleOf } = operators;
  const sessions = createSessionReader({ database, redis, secrets, roleOf });
  const reader = readerOf(deps, sessions.read, roleOf);

  let loading: Promise<Auth> | undefined;
  const auth = (): Promise<Auth> => {
    loading ??= import("./auth.ts").then(({ createAuth }) =>
      createAuth({ database, outbox, secrets, publicUrl, roleOf }),
    );
    return loading;
  };

  const resetMail = createResetMail({
    issue: async (email) => (await auth()).issueReset(email),
    send: (emailTo, { subject, html }) =>
      deps.sendByBinding("mail", html, { emailTo, subject, priority: "3" }),
    ...{ publicUrl, log: deps.log },
    metrics: createResetMailMetrics(deps.metrics.registry),
  });

  const routes = createAuthRoutes({
    ...{ auth, sessions, secrets, cookieName, origins, roleOf, wake, resetMail },
    isReserved: (email) => roleOf(email) === "operator",
    limit: (context, { account, reset } = {}) =>
      takeFrom(context, deps, {
        login: addressOf(context, Number(env.TRUSTED_PROXIES)),
        ...(account !== undefined && { account: hashOf(account) }),
        ...(reset !== undefined && { reset: hashOf(reset) }),
      }),
  });

  return {
    limiter: deps.limiter,
    quotas: deps.quotas,
    reader,
    identified: identified({ reader, cookieName, origins }),
    routes,
    identityRoutes: createIdentityRoutes(reader, env.APP_API_TOKEN),
    addressRoutes: createAddressRoutes(database, env.APP_API_TOKEN),

    /**
     * Loads what sign-ins need, so that the first of them does not wait for it, and gives operators
     * their accounts; in the background, as long as it takes.
     */
    prepare: () =>
      startEnsuring(async () => {
        const { passwords } = await auth();
        const password = env.OPERATOR_PASSWORD;
        await ensureOperators(operators.addresses, { database, outbox, passwords, password, wake });
      }, deps.log),

    /** Ends after the mails that are being sent. */
    close: () => resetMail.stop(),

    forgetOldSessions: async () => void (await (await auth()).forgetOldSessions()),
  };
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Reads tokens of the issuer that they name: this stack, or the one elsewhere. */
function readerOf(
  { env, ...deps }: AccountsDeps,
  bySession: IdentityReader["bySession"],
  roleOf: (email: string) => "user" | "operator",
): IdentityReader {
  const own = createTokenReader(deps.database, env.PUBLIC_URL);
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = env;
  const external = issuer && createExternalReader({ issuer, audience }, { ...deps, roleOf });
  return {
    bySession,
    byToken: (token) => {
      const named = issuerOf(token);
      // No JWT: the session of a program that cannot ask for a token every quarter of an hour.
      if (named === undefined) return bySession(token);
      return external && named === issuer ? external(token) : own(token);
    },
  };
}
