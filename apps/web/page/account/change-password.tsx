import { ApiProblem, reasonOf } from "../api/client.ts";
import { Dialog } from "../shell/dialog.tsx";
import { toast } from "../shell/toasts.ts";
import { changePassword } from "./account.ts";
import { FormEnd, NewPasswordField, PasswordField, useSubmit } from "./form.tsx";

export type ChangePasswordProps = { readonly email: string; readonly onClose: () => void };

/** A new password for who is signed in. */
export function ChangePassword({ email, onClose }: ChangePasswordProps) {
  const submission = useSubmit(async (field) => {
    await changePassword(field("current"), field("password"));
    toast({ text: "Your password is changed. Everywhere else you are signed out." });
    onClose();
  }, problemOf);
  return (
    <Dialog title="Change password" onClose={onClose}>
      <form className="task-form" onSubmit={submission.onSubmit}>
        {/* So that a password manager knows whose it is. */}
        <input hidden readOnly name="username" autoComplete="username" value={email} />
        <PasswordField name="current" label="Current password" />
        <NewPasswordField label="New password" />
        <p className="hint">
          Every other device, and programs that use your session, have to sign in again.
        </p>
        <FormEnd submission={submission} label="Change password" />
      </form>
    </Dialog>
  );
}

function problemOf(error: unknown): string {
  if (error instanceof ApiProblem && error.title === "Wrong password") {
    return "This is not your current password. Check it, or sign out and ask for a link.";
  }
  return reasonOf(error);
}
