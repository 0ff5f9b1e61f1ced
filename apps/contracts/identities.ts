import { z } from "zod";
import { id, timestamp } from "./tasks.ts";

/** What somebody shows to be known by, as backend is asked of it at `POST /identities`. */
export const shownIdentity = z.union([
  z.strictObject({ token: z.string().max(16_384) }),
  /** What the session's cookie holds. */
  z.strictObject({ session: z.string().max(1_024) }),
]);

export type ShownIdentity = z.infer<typeof shownIdentity>;

/** Whom it shows, and until when that may be believed without asking again. */
export const knownIdentity = z.object({
  user_id: id,
  role: z.enum(["user", "operator"]),
  expires_at: timestamp,
});
