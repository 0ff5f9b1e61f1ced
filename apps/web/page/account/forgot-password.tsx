import { useEffect, useRef, useState } from "react";
import { ApiProblem, reasonOf } from "../api/client.ts";
import { Link } from "../shell/link.tsx";
import { requestReset } from "./account.ts";
import { Door, EmailField, FormEnd, useSubmit } from "./form.tsx";

/** Where who has forgotten the password asks for a link that sets a new one. */
export function ForgotPassword() {
  const [asked, setAsked] = useState("");
  const submission = useSubmit(async (field) => {
    const email = field("email").trim();
    await requestReset(email);
    setAsked(email);
  }, problemOf);

  return (
    <Door
      title="Forgot your password?"
      hint="Tell us the address of your account, and we mail you a link that sets a new one."
    >
      {asked ? (
        <Asked email={asked} again={() => setAsked("")} />
      ) : (
        <form className="door-form" onSubmit={submission.onSubmit}>
          <EmailField />
          <FormEnd submission={submission} label="Mail me a link" />
        </form>
      )}
      <p>
        You remember it? <Link href="/sign-in">Sign in</Link>
      </p>
    </Door>
  );
}

function Asked({ email, again }: { readonly email: string; readonly again: () => void }) {
  const text = useRef<HTMLDivElement>(null);
  // The button that had the focus is gone.
  useEffect(() => text.current?.focus(), []);
  return (
    <div ref={text} className="door-form" role="status" tabIndex={-1}>
      <p>
        If there is an account with the address <strong className="address">{email}</strong>, a mail
        is on its way. Its link is good for an hour.
      </p>
      <p className="hint">Nothing came? Look among the unwanted mail, or try again.</p>
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

function problemOf(error: unknown): string {
  if (error instanceof ApiProblem && error.status === 429) {
    return "That was asked for often lately. Look for the mails that were sent, or try again later.";
  }
  if (error instanceof ApiProblem && error.status === 400) return "This is not an e-mail address.";
  return reasonOf(error);
}
