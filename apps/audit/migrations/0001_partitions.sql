-- The same log, partitioned by month: a table cannot become that, so its rows move into a new one.
ALTER TABLE "activity" RENAME TO "activity_before";--> statement-breakpoint
ALTER SEQUENCE "activity_position_seq" RENAME TO "activity_before_position_seq";--> statement-breakpoint
CREATE TABLE "activity" (
	"event_id" uuid NOT NULL,
	"position" bigserial NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"task_id" uuid,
	"event_type" text NOT NULL,
	"sequence" bigint NOT NULL,
	"version" integer,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"source" text NOT NULL,
	"correlation_id" text NOT NULL,
	"task_data" jsonb,
	"details" jsonb,
	CONSTRAINT "activity_event_id_occurred_at_pk" PRIMARY KEY("event_id","occurred_at")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
-- Takes what no month's partition takes yet; apps/audit/partitions.ts makes those.
CREATE TABLE "activity_default" PARTITION OF "activity" DEFAULT;--> statement-breakpoint
INSERT INTO "activity" ("event_id", "position", "user_id", "kind", "task_id", "event_type", "sequence", "version", "occurred_at", "recorded_at", "source", "correlation_id", "task_data")
SELECT "event_id", "position", "user_id", 'task', "task_id", "event_type", "sequence", "version", "occurred_at", "recorded_at", "source", "correlation_id", "task_data" FROM "activity_before";--> statement-breakpoint
SELECT setval('activity_position_seq', coalesce((SELECT max("position") FROM "activity"), 0) + 1, false);--> statement-breakpoint
DROP TABLE "activity_before";--> statement-breakpoint
CREATE INDEX "activity_user_position" ON "activity" USING btree ("user_id","position");--> statement-breakpoint
CREATE INDEX "activity_user_task" ON "activity" USING btree ("user_id","task_id","position");
