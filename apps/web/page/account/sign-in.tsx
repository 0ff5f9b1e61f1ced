import { ApiProblem, reasonOf } from "../api/client.ts";
import { comeBackTo } from "../places.ts";
import { usePlace } from "../route.ts";
import { Link } from "../shell/link.tsx";
import { register as registerAccount, signIn } from "./account.ts";
import { Door, EmailField, FormEnd, NewPasswordField, PasswordField, useSubmit } from "./form.tsx";

/** The door: who has an account signs in, who has none makes one. */
export function SignIn({ register }: { readonly register: boolean }) {
  const { search } = usePlace();
  const then = comeBackTo(search) === "/" ? "" : search;
  const submission = useSubmit(
    async (field) => {
      const [email, password] = [field("email").trim(), field("password")];
      if (register) await registerAccount(field("name").trim(), email, password);
      else await signIn(email, password);
    },
    (error) => problemOf(error, register),
  );

  return (
    <Door
      title={register ? "Make an account" : "Todo Evolution"}
      hint={
        register
          ? "Your tasks, on every device at once, also when the network is away."
          : "Sign in to see your tasks."
      }
    >
      <form key={String(register)} className="door-form" onSubmit={submission.onSubmit}>
        {register && (
          <label className="field">
            <span>Name</span>
            <input name="name" autoComplete="name" required maxLength={100} />
          </label>
        )}
        <EmailField />
        {register ? (
          <NewPasswordField label="Password" />
        ) : (
          <PasswordField name="password" label="Password" />
        )}
        <FormEnd submission={submission} label={register ? "Make account" : "Sign in"} />
      </form>
      {!register && (
        <p>
          <Link href={`/forgot-password${then}`}>Forgot your password?</Link>
        </p>
      )}
      <p>
        {register ? "You have an account? " : "New here? "}
        <Link href={(register ? "/sign-in" : "/register") + then}>
          {register ? "Sign in" : "Make an account"}
        </Link>
      </p>
    </Door>
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
