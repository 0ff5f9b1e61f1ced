import { parseEnvelope, symmetricDecrypt } from "better-auth/crypto";
import type { Jwk } from "better-auth/plugins/jwt";
import { inArray, sql } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import type { TokenSecrets } from "#apps/kit/http/session-cookie.ts";
import { signingKeys } from "./tables.ts";
import { tokenLifetimeSeconds } from "./terms.ts";

/**
 * Those of all replicas' keys that this one can sign by: the ones that its secrets open. While a
 * secret is taken away some replicas have it and some do not, so each signs by a key that it can
 * open, no key is deleted, and each is believed by all. Only what the newer replicas cannot open any
 * more is on its way out: it was of a secret that was taken away, as it has leaked.
 * @returns none where a key has to be made
 */
export async function signableKeys(
  keys: readonly Jwk[],
  secrets: TokenSecrets,
  database: Database,
): Promise<Jwk[]> {
  const opened = await Promise.all(keys.map((key) => isOpenedBy(key, secrets)));
  const [{ version: current }] = secrets;
  const withdrawn = keys.filter(
    (key, at) => !opened[at] && versionOf(key) < current && signsForLong(key),
  );
  if (withdrawn.length > 0) await retire(withdrawn, database);
  return keys.filter((_, at) => opened[at]);
}

/** They sign for as long as a token lives: a replica that still does has another one by then. */
async function retire(keys: readonly Jwk[], database: Database): Promise<void> {
  const soon = sql`now() + make_interval(secs => ${tokenLifetimeSeconds})`;
  await database
    .update(signingKeys)
    .set({ expiresAt: sql`least(${signingKeys.expiresAt}, ${soon})` })
    .where(
      inArray(
        signingKeys.id,
        keys.map(({ id }) => id),
      ),
    );
}

const signsForLong = ({ expiresAt }: Jwk): boolean =>
  !expiresAt || expiresAt.getTime() > Date.now() + tokenLifetimeSeconds * 1_000;

async function isOpenedBy({ privateKey }: Jwk, secrets: TokenSecrets): Promise<boolean> {
  const [{ version: currentVersion }] = secrets;
  const key = { keys: new Map(secrets.map((one) => [one.version, one.value])), currentVersion };
  try {
    await symmetricDecrypt({ key, data: JSON.parse(privateKey) });
    return true;
  } catch {
    return false; // the library says no more than that it is not
  }
}

/** The number of the secret that it was closed by; of one that has no number, later than any. */
function versionOf({ privateKey }: Jwk): number {
  try {
    return parseEnvelope(JSON.parse(privateKey))?.version ?? Infinity;
  } catch {
    return Infinity;
  }
}
