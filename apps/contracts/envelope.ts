import { z } from "zod";
import { id, timestamp } from "./tasks.ts";

/** CloudEvents 1.0 in structured mode, with the extensions that every event of the system has. */
export const envelopeFields = z.object({
  specversion: z.literal("1.0"),
  id,
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1),
  time: timestamp,
  datacontenttype: z.literal("application/json"),
  dataschema: z.string().min(1),
  /** The user's own counter, ascending without gaps in the order of the user's changes. */
  sequence: z.int().positive(),
  /** 32 hexadecimal digits of W3C trace context, and the whole `traceparent` they are from. */
  traceid: z.string().regex(/^[0-9a-f]{32}$/),
  traceparent: z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
});
