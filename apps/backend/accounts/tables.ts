import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Who uses the system, and where mail reaches them. Addresses never leave in events or logs. */
export const accounts = pgTable("accounts", {
  userId: uuid("user_id").primaryKey(),
  /** In lower case. */
  email: text("email").notNull().unique(),
  createdAt: timestamp("created_at", { withTimezone: true, precision: 3 }).notNull(),
});
