CREATE TABLE "occurrences" (
	"series_id" uuid NOT NULL,
	"occurrence" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "occurrences_series_id_occurrence_pk" PRIMARY KEY("series_id","occurrence")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "occurrences_task_id" ON "occurrences" USING btree ("task_id");