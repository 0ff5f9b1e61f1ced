import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Fields } from "#apps/kit/openapi/operation.ts";

/** Header fields that every answer of the API has. */
export const everyAnswer: Fields = {
  "X-Request-Id": { says: "Names this request in logs and problems", schema: id },
  traceparent: { says: "The trace that this request belongs to (W3C)", schema: z.string() },
  "RateLimit-Policy": {
    says: 'The quotas, as `"user";q=600;w=60`; absent where limits are lifted',
    schema: z.string(),
  },
  RateLimit: {
    says: 'What is left of them, as `"user";r=599;t=1`; absent where limits are lifted',
    schema: z.string(),
  },
};

/** Problems that every route may answer with. */
export const everyProblem = [429, 500, 503];

/** Header fields of a request that changes something. */
export const idempotent: Fields = {
  "Idempotency-Key": {
    says:
      "For 24 hours the same request with the same key gets the first answer again, and changes " +
      "nothing. 1 to 255 characters",
    schema: z.string().min(1).max(255).optional(),
  },
};

export const precondition: Fields = {
  "If-Match": {
    says: "The ETag of the version that is meant; another one is refused with 412. `*` is any",
    schema: z
      .string()
      .regex(/^(\*|"\d{1,9}")$/)
      .optional(),
  },
};

export const replayed: Fields = {
  "Idempotency-Replayed": {
    says: "There when this is the answer to an earlier request with the same key",
    schema: z.literal("true"),
  },
};

export const versioned: Fields = {
  ETag: { says: "The version of the task, for If-Match", schema: z.string().regex(/^"\d+"$/) },
};
