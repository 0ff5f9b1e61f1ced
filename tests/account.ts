import { randomUUID } from "node:crypto";

/** An account that somebody has just signed up for, as a program uses it. */
export type Account = {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  /** The session, a bearer at the paths of accounts alone. */
  readonly session: string;
  /** A bearer token for the API, another one before the last runs out. Rejects as `fetch` does. */
  readonly token: () => Promise<string>;
};

export type SignUpOptions = {
  /** As people write it; one that nobody reads, and nobody has, unless said. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly password?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
};

const timeoutMs = 30_000;
/** Tokens live for 15 minutes; the clocks of two machines may differ. */
const renewBeforeMs = 120_000;

/** Signs up for a new account and gets its first token. Throws what the API answered instead. */
export async function signUp(baseUrl: string, options: SignUpOptions = {}): Promise<Account> {
  const mark = randomUUID();
  const { email = `${mark}@todo.example`, name = mark, password = mark } = options;
  const given: Given = options;
  const body = { email, name, password };
  const made = await asked(baseUrl, "/api/auth/sign-up/email", { ...given, body });
  return accountOf(baseUrl, { ...(await read(made)), session: sessionOf(made), password }, given);
}

/** So many new accounts, a few at a time: to hash a password takes a while of a core. */
export function signUpMany(
  baseUrl: string,
  count: number,
  options: Pick<SignUpOptions, "signal" | "headers"> = {},
): Promise<Account[]> {
  return fewAtATime(count, () => signUp(baseUrl, options));
}

// As many as backend hashes at a time, and one on its way.
const atOnce = 3;

/** Makes so many of what begins with a new account; in the order of their numbers, from 0. */
export async function fewAtATime<T>(
  count: number,
  make: (index: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) made[index] = await make(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return made;
}

type Given = Pick<SignUpOptions, "headers" | "signal">;

async function accountOf(
  baseUrl: string,
  known: { user: { id: string; email: string }; session: string; password: string },
  given: Given,
): Promise<Account> {
  const { session, password, user } = known;
  let current: { token: string; goodUntilMs: number } | undefined;
  const token = async (): Promise<string> => {
    if (current && current.goodUntilMs > Date.now()) return current.token;
    const headers = { ...given.headers, authorization: `Bearer ${session}` };
    const answer = await asked(baseUrl, "/api/auth/token", { headers });
    const issued = ((await answer.json()) as { token: string }).token;
    current = { token: issued, goodUntilMs: expiryOf(issued) - renewBeforeMs };
    return issued;
  };
  await token();
  return { id: user.id, email: user.email, password, session, token };
}

async function asked(
  baseUrl: string,
  path: string,
  { body, headers, signal }: Given & { readonly body?: object },
): Promise<Response> {
  const late = AbortSignal.timeout(timeoutMs);
  const response = await fetch(new URL(path, baseUrl), {
    ...(body && { method: "POST", body: JSON.stringify(body) }),
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    signal: signal ? AbortSignal.any([signal, late]) : late,
  });
  if (response.ok) return response;
  throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
}

const read = async (response: Response) =>
  (await response.json()) as { user: { id: string; email: string } };

const sessionOf = (response: Response): string => response.headers.get("set-auth-token") ?? "";

/** When a token runs out, in milliseconds since 1970. */
function expiryOf(token: string): number {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  return (JSON.parse(payload) as { exp: number }).exp * 1_000;
}
