import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import { RefusedError } from "#apps/kit/dapr/sidecar-fetch.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import type { MailerDeps } from "./mailer.ts";

const answer = z.object({ email: z.string() });

/** Asks backend where mail reaches a user. */
export const createAddresses =
  (sidecar: Pick<Sidecar<(typeof services)["notification"]>, "get">): MailerDeps["addressOf"] =>
  async (userId, traceparent) => {
    const query = new URLSearchParams({ user_id: userId });
    try {
      const found = await sidecar.get("backend", "/addresses", query, traceparent);
      return answer.parse(found).email;
    } catch (error) {
      if (error instanceof AwayError) throw error;
      if (error instanceof RefusedError && error.status === 404) return undefined;
      throw new AwayError("backend did not say where mail reaches a user");
    }
  };
