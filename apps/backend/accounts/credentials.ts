import { and, eq } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import { accounts, credentials } from "./tables.ts";

/** The provider of those credentials that are a password; better-auth's name. */
export const byPassword = "credential";

/** The hash of an account's password; undefined for no such account, and for one without. */
export async function passwordHashOf(
  database: Pick<Database, "select">,
  whose: { readonly email: string } | { readonly userId: string },
): Promise<string | undefined> {
  const isTheirs =
    "email" in whose ? eq(accounts.email, whose.email) : eq(accounts.id, whose.userId);
  const [row] = await database
    .select({ password: credentials.password })
    .from(credentials)
    .innerJoin(accounts, eq(accounts.id, credentials.userId))
    .where(and(isTheirs, eq(credentials.providerId, byPassword)));
  return row?.password ?? undefined;
}
