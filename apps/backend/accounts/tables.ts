import { boolean, index, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/**
 * Who uses the system, and where mail reaches them. Addresses never leave in events or logs. The
 * names of the fields, here and below, are those by which better-auth knows them.
 */
export const accounts = pgTable("accounts", {
  id: uuid("user_id").primaryKey(),
  /** In lower case. */
  email: text("email").notNull().unique(),
  emailVerified: boolean("email_verified").notNull().default(false),
  name: text("name").notNull().default(""),
  image: text("image"),
  createdAt: time("created_at").notNull(),
  updatedAt: time("updated_at").notNull().defaultNow(),
});

const owner = () =>
  uuid("user_id")
    .notNull()
    .references(() => accounts.id, { onDelete: "cascade" });

/** How somebody is known to be the one an account is of: a password, or an issuer's subject. */
export const credentials = pgTable(
  "credentials",
  {
    id: uuid("id").primaryKey(),
    userId: owner(),
    /** `credential` for a password, else the address of the issuer. */
    providerId: text("provider_id").notNull(),
    /** What the provider calls them: our own id, or the subject of the issuer's tokens. */
    accountId: text("account_id").notNull(),
    /** scrypt, with its salt. */
    password: text("password"),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: time("access_token_expires_at"),
    refreshTokenExpiresAt: time("refresh_token_expires_at"),
    scope: text("scope"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (table) => [
    index("credentials_user_id").on(table.userId),
    uniqueIndex("credentials_provider").on(table.providerId, table.accountId),
  ],
);

/** Who is signed in where, until when. */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey(),
    userId: owner(),
    token: text("token").notNull().unique(),
    expiresAt: time("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (table) => [
    index("sessions_user_id").on(table.userId),
    index("sessions_expires_at").on(table.expiresAt),
  ],
);

/** What better-auth keeps for a while of something that is under way. */
export const verifications = pgTable(
  "verifications",
  {
    id: uuid("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: time("expires_at").notNull(),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
  },
  (table) => [index("verifications_identifier").on(table.identifier)],
);

/** The keys that sign bearer tokens, the private half encrypted by TOKEN_SECRET. */
export const signingKeys = pgTable("signing_keys", {
  id: uuid("id").primaryKey(),
  /** JSON Web Key. */
  publicKey: text("public_key").notNull(),
  privateKey: text("private_key").notNull(),
  alg: text("alg"),
  crv: text("crv"),
  createdAt: time("created_at").notNull(),
  /** Signs until then; what it signed is taken for an hour more. */
  expiresAt: time("expires_at"),
});
