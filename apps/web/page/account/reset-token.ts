import { go } from "../route.ts";

let taken = "";

/** The token of the link by which this page was opened; empty where it was opened without. */
export const resetToken = (): string => taken;

/**
 * Takes the token of a link out of the address, so that it is neither in the history nor in what
 * somebody copies or sees of it.
 */
export function takeResetToken(): void {
  const token = new URLSearchParams(location.search).get("token");
  if (location.pathname.replace(/\/$/, "") !== "/reset-password" || token === null) return;
  taken = token;
  go("/reset-password", { replace: true });
}
