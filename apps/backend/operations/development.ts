import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Operation } from "#apps/kit/openapi/operation.ts";
import { tokenRequest } from "../routes/development.ts";

/** What the routes of `routes/development.ts` take and answer, where they are switched on. */
export const developmentOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/api/development/tokens",
    id: "createDevelopmentToken",
    tag: "Development",
    summary: "Gives a token for any name, without a password",
    secured: false,
    body: tokenRequest,
    answers: {
      200: {
        says: "A bearer token, and whose it is",
        body: z.strictObject({
          token: z.string(),
          user_id: id,
          email: z.string().describe("Where mail for this user goes"),
          expires_in: z.int().describe("In seconds"),
        }),
      },
    },
    problems: [400, 409],
  },
];
