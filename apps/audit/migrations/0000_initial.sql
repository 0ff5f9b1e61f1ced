CREATE TABLE "activity" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"position" bigserial NOT NULL,
	"user_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"event_type" text NOT NULL,
	"sequence" bigint NOT NULL,
	"version" integer NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"source" text NOT NULL,
	"correlation_id" text NOT NULL,
	"task_data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE INDEX "activity_user_position" ON "activity" USING btree ("user_id","position");--> statement-breakpoint
CREATE INDEX "activity_user_task" ON "activity" USING btree ("user_id","task_id","position");