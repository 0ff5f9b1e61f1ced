import { knownIdentity, type ShownIdentity } from "#apps/contracts/identities.ts";
import type { services } from "#apps/contracts/services.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import { RefusedError } from "#apps/kit/dapr/sidecar-fetch.ts";
import type { Identity, IdentityReader } from "#apps/kit/http/identity.ts";
import { Problem } from "#apps/kit/http/problem.ts";

const mostKnown = 10_000;

/**
 * Whom a client is, as backend knows it. A token means the same until it runs out, so it is asked
 * for once; a session may end any time.
 */
export function createIdentityReader(
  sidecar: Pick<Sidecar<(typeof services)["sync"]>, "post">,
): IdentityReader {
  const known = new Map<string, Identity>();

  async function ask(shown: ShownIdentity): Promise<Identity> {
    const answer = await sidecar.post("backend", "/identities", shown).catch((error) => {
      const isRefused = error instanceof RefusedError && [400, 401].includes(error.status);
      throw isRefused ? new Problem(401, "Not authenticated", refusal(shown)) : error;
    });
    const { user_id: userId, role, expires_at } = knownIdentity.parse(answer);
    return { userId, role, expiresAtMs: Date.parse(expires_at) };
  }

  return {
    bySession: (session) => ask({ session }),
    byToken: async (token) => {
      // A session that a program shows as its token.
      if (token.split(".").length !== 3) return ask({ token });
      const before = known.get(token);
      if (before && before.expiresAtMs > Date.now()) return before;
      const identity = await ask({ token });
      if (known.size >= mostKnown) known.delete(known.keys().next().value as string);
      known.set(token, identity);
      return identity;
    },
  };
}

const refusal = (shown: ShownIdentity): string =>
  "token" in shown ? "the bearer token was refused" : "there is no such session: sign in";
