CREATE TABLE "task_change_horizons" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "task_changes_changed_at" ON "task_changes" USING brin ("changed_at");