import { type FormEvent, type ReactNode, useState } from "react";

const shortestPassword = 8;

export type Submission = {
  readonly busy: boolean;
  /** What went wrong, in words; empty where nothing did. */
  readonly problem: string;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
};

/** Sends a form by a function of its fields, one at a time. */
export function useSubmit(
  work: (field: (name: string) => string) => Promise<void>,
  problemOf: (error: unknown) => string,
): Submission {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function submit(form: FormData): Promise<void> {
    setBusy(true);
    setProblem("");
    try {
      await work((name) => String(form.get(name) ?? ""));
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  }

  return {
    ...{ busy, problem },
    onSubmit: (event) => {
      event.preventDefault();
      if (!busy) void submit(new FormData(event.currentTarget));
    },
  };
}

/** What is around each form of who is not signed in. */
export const Door = ({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint: string;
  readonly children: ReactNode;
}) => (
  <main className="door" id="main">
    <img src={new URL("../icon.svg", import.meta.url).href} alt="" width="44" height="44" />
    <h1>{title}</h1>
    <p className="hint">{hint}</p>
    {children}
  </main>
);

export const EmailField = () => (
  <label className="field">
    <span>E-mail</span>
    <input name="email" type="email" autoComplete="email" required maxLength={254} />
  </label>
);

/** A password that is there already. */
export const PasswordField = ({
  name,
  label,
}: {
  readonly name: string;
  readonly label: string;
}) => (
  <label className="field">
    <span>{label}</span>
    <input name={name} type="password" required maxLength={128} autoComplete="current-password" />
  </label>
);

/** A password that is to be, under the name `password`. */
export const NewPasswordField = ({ label }: { readonly label: string }) => (
  <label className="field">
    <span>{label}</span>
    <input
      name="password"
      type="password"
      required
      minLength={shortestPassword}
      maxLength={128}
      autoComplete="new-password"
      aria-describedby="password-hint"
    />
    <small id="password-hint" className="hint">
      {shortestPassword} characters or more. A short sentence is easy to remember.
    </small>
  </label>
);

/** The end of a form: what went wrong, and the button that sends it. */
export const FormEnd = ({
  submission: { busy, problem },
  label,
}: {
  readonly submission: Submission;
  readonly label: string;
}) => (
  <>
    <p className="problem" role="alert">
      {problem}
    </p>
    <button type="submit" className="button primary" disabled={busy}>
      {busy ? "One moment…" : label}
    </button>
  </>
);
