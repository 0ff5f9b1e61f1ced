import { serve } from "@hono/node-server";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { Hono } from "hono";
import pg from "pg";
import { uuidv7 } from "uuidv7";

/** The least that creating a task takes: no user, no check, no order, nobody who publishes. */
const tasks = pgTable("bench_tasks", { id: uuid("id").primaryKey(), title: text("title") });
const outbox = pgTable("bench_outbox", { id: uuid("id").primaryKey(), data: jsonb("data") });

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const database = drizzle(pool);
await database.execute(
  sql`create table if not exists bench_tasks (id uuid primary key, title text)`,
);
await database.execute(
  sql`create table if not exists bench_outbox (id uuid primary key, data jsonb)`,
);

const app = new Hono().post("/api/tasks", async (context) => {
  const task = { id: uuidv7(), title: (await context.req.json<{ title: string }>()).title };
  await database.transaction(async (tx) => {
    await tx.insert(tasks).values(task);
    await tx.insert(outbox).values({ id: uuidv7(), data: task });
  });
  return context.json(task, 201);
});

const port = Number(process.env.PORT);
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, () => console.log("ready"));
process.on("SIGTERM", async () => {
  server.close();
  await database.execute(sql`drop table if exists bench_tasks, bench_outbox`);
  process.exit(0);
});
