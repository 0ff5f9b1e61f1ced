import { ApiProblem, isAway, Unreachable } from "../api/client.ts";
import { createStore } from "../store.ts";

/** Who is signed in, as the session says it. */
export type User = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role?: string | null;
};

export type Account =
  | { readonly kind: "unknown" }
  | { readonly kind: "out" }
  /** `confirmed` is false for whom this browser remembers while the server cannot be asked. */
  | { readonly kind: "in"; readonly user: User; readonly confirmed: boolean };

const rememberedKey = "todo-user";

export const account = createStore<Account>({ kind: "unknown" });

/** Asks who is signed in; without an answer it is who was signed in last. */
export async function refreshAccount(): Promise<void> {
  try {
    const session = (await call("GET", "get-session")) as { user?: User } | null;
    setUser(session?.user);
  } catch (error) {
    const remembered = localStorage.getItem(rememberedKey);
    if (isAway(error) && remembered) {
      const user = JSON.parse(remembered) as User;
      if (account.get().kind !== "in") account.set({ kind: "in", user, confirmed: false });
    } else if (isAway(error)) {
      if (account.get().kind === "unknown") account.set({ kind: "out" });
    } else setUser(undefined);
  }
}

export async function register(name: string, email: string, password: string): Promise<void> {
  await call("POST", "sign-up/email", { name, email, password });
  await refreshAccount();
}

export async function signIn(email: string, password: string): Promise<void> {
  await call("POST", "sign-in/email", { email, password });
  await refreshAccount();
}

/** Has a link mailed that sets a new password, if there is such an account. */
export const requestReset = async (email: string): Promise<void> =>
  void (await call("POST", "request-password-reset", { email }));

/** Sets a new password by the token of such a link. Whoever was signed in by the account is not. */
export async function resetPassword(token: string, password: string): Promise<void> {
  await call("POST", "reset-password", { token, password });
  await refreshAccount();
}

export const changePassword = async (current: string, password: string): Promise<void> =>
  void (await call("POST", "change-password", { current_password: current, password }));

/** Ends the session; the next who uses this browser finds nothing of it. */
export async function signOut(): Promise<void> {
  await call("POST", "sign-out", {});
  setUser(undefined);
}

function setUser(user: User | undefined): void {
  if (!user) {
    localStorage.removeItem(rememberedKey);
    account.set({ kind: "out" });
    return;
  }
  const { id, name, email, role } = user;
  const kept: User = { id, name, email, ...(role !== undefined && { role }) };
  localStorage.setItem(rememberedKey, JSON.stringify(kept));
  const before = account.get();
  const same = before.kind === "in" && before.confirmed && before.user.id === id;
  if (!same) account.set({ kind: "in", user: kept, confirmed: true });
}

/** A call of the accounts' own API, which is not described like ours: `/api/auth/…`. */
async function call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
  const response = await fetch(`/api/auth/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    signal: AbortSignal.timeout(15_000),
  }).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  const answer = (await response.json().catch(() => null)) as {
    message?: string;
    title?: string;
    detail?: string;
  } | null;
  if (response.ok) return answer;
  const detail = answer?.detail ?? answer?.message ?? `The server answered ${response.status}.`;
  throw new ApiProblem(response.status, answer?.title ?? "Refused", detail);
}
