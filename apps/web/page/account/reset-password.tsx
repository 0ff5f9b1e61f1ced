import { useState } from "react";
import { ApiProblem, reasonOf } from "../api/client.ts";
import { go } from "../route.ts";
import { Link } from "../shell/link.tsx";
import { toast } from "../shell/toasts.ts";
import { resetPassword } from "./account.ts";
import { Door, FormEnd, NewPasswordField, useSubmit } from "./form.tsx";
import { resetToken } from "./reset-token.ts";

/** Where the link of a mail leads to: a new password, and then to the door. */
export function ResetPassword() {
  const [stale, setStale] = useState(resetToken() === "");
  const submission = useSubmit(async (field) => {
    try {
      await resetPassword(resetToken(), field("password"));
    } catch (error) {
      if (error instanceof ApiProblem && error.title === "Link not good") return setStale(true);
      throw error;
    }
    toast({ text: "Your new password is set. Sign in with it.", tone: "notice" });
    go("/sign-in", { replace: true });
  }, reasonOf);

  if (stale) {
    return (
      <Door
        title="This link is not good"
        hint="It was used, is older than an hour, or is not whole."
      >
        <p role="alert">
          <Link href="/forgot-password">Ask for another link</Link>
        </p>
      </Door>
    );
  }
  return (
    <Door
      title="Set a new password"
      hint="You are then signed out everywhere, and sign in with the new one."
    >
      <form className="door-form" onSubmit={submission.onSubmit}>
        <NewPasswordField label="New password" />
        <FormEnd submission={submission} label="Set password" />
      </form>
    </Door>
  );
}
