/** What somebody may do: an operator also looks after the stack. */
export type Role = "user" | "operator";

/** For whom bearer tokens are. */
export const tokenAudience = "todo-evolution";

/** How long a bearer token is good; a program asks for the next one with its session. */
export const tokenLifetime = "15m";
export const tokenLifetimeSeconds = 900;

/** How long a key's signatures are taken after it stopped signing; more than a token lives. */
export const keyGraceSeconds = 3_600;

/** How long the link to a new password is good. */
export const resetLifetimeSeconds = 3_600;

/** How long a password may be, in characters. */
export const passwordLength = { least: 8, most: 128 } as const;
