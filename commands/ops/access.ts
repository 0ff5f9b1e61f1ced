import { z } from "zod";

/** Who asks: nobody who has signed in, somebody who may not look after the stack, or who may. */
export type Visitor = "nobody" | "user" | "operator";

const answer = z
  .object({ user: z.object({ role: z.string().optional() }) })
  .nullable()
  .catch(null);

const patienceMs = 5_000;

/**
 * Asks backend who a request is of, by the session that it shows. This process knows no session, no
 * password and no secret to read them by; where backend does not answer, nobody gets in.
 * @param backendUrls of its replicas, each tried in turn
 */
export async function visitorOf(
  headers: Headers,
  backendUrls: readonly string[],
  ask: typeof fetch = fetch,
): Promise<Visitor> {
  const shown = ["cookie", "authorization"].flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  if (shown.length === 0) return "nobody";
  for (const url of backendUrls) {
    try {
      const response = await ask(`${url}/api/auth/get-session`, {
        headers: Object.fromEntries(shown),
        signal: AbortSignal.timeout(patienceMs),
      });
      if (!response.ok) return "nobody";
      const session = answer.parse(await response.json());
      if (!session) return "nobody";
      return session.user.role === "operator" ? "operator" : "user";
    } catch {
      // That replica is away.
    }
  }
  return "nobody";
}
