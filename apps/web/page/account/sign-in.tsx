import { useState } from "react";
import { ApiProblem, reasonOf } from "../api/client.ts";
import { comeBackTo } from "../places.ts";
import { usePlace } from "../route.ts";
import { Link } from "../shell/link.tsx";
import { register as registerAccount, signIn } from "./account.ts";

const shortestPassword = 8;

/** The door: who has an account signs in, who has none makes one. */
export function SignIn({ register }: { readonly register: boolean }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const { search } = usePlace();
  const then = comeBackTo(search) === "/" ? "" : search;

  async function submit(form: FormData): Promise<void> {
    const of = (name: string) => String(form.get(name) ?? "");
    const email = of("email").trim();
    setBusy(true);
    setProblem("");
    try {
      if (register) await registerAccount(of("name").trim(), email, of("password"));
      else await signIn(email, of("password"));
    } catch (error) {
      setProblem(problemOf(error, register));
    }
    setBusy(false);
  }

  return (
    <main className="door" id="main">
      <img src={new URL("../icon.svg", import.meta.url).href} alt="" width="44" height="44" />
      <h1>{register ? "Make an account" : "Todo Evolution"}</h1>
      <p className="hint">
        {register
          ? "Your tasks, on every device at once, also when the network is away."
          : "Sign in to see your tasks."}
      </p>
      <form
        key={String(register)}
        className="door-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        {register && (
          <label className="field">
            <span>Name</span>
            <input name="name" autoComplete="name" required maxLength={100} />
          </label>
        )}
        <label className="field">
          <span>E-mail</span>
          <input name="email" type="email" autoComplete="email" required maxLength={254} />
        </label>
        <label className="field">
          <span>Password</span>
          <input
            name="password"
            type="password"
            required
            minLength={register ? shortestPassword : 1}
            maxLength={128}
            autoComplete={register ? "new-password" : "current-password"}
            aria-describedby={register ? "password-hint" : undefined}
          />
          {register && (
            <small id="password-hint" className="hint">
              {shortestPassword} characters or more. A short sentence is easy to remember.
            </small>
          )}
        </label>
        <p className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? "One moment…" : register ? "Make account" : "Sign in"}
        </button>
      </form>
      <p>
        {register ? "You have an account? " : "New here? "}
        <Link href={(register ? "/sign-in" : "/register") + then}>
          {register ? "Sign in" : "Make an account"}
        </Link>
      </p>
    </main>
  );
}

function problemOf(error: unknown, register: boolean): string {
  if (!(error instanceof ApiProblem) || error.status >= 429) return reasonOf(error);
  if (!register && [400, 401, 403].includes(error.status)) {
    return "E-mail and password do not belong together. Check both, or make an account.";
  }
  if (register && error.status === 409) {
    return "There is an account with this address. Sign in to it below, or use another address.";
  }
  return error.message;
}
