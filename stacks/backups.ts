import { configCommand } from "#components/config-command.ts";
import type { KubernetesConfig } from "./config.ts";

/** What to say of a stack whose PostgreSQL in the cluster is for production and is not backed up. */
export const missingBackup = ({
  size,
  postgres,
}: Pick<KubernetesConfig, "size" | "postgres">): string[] =>
  size !== "prod" || postgres.engine !== "cloudnative-pg" || postgres.backup !== undefined
    ? []
    : [
        "PostgreSQL has no backup: postgres.backup is not set, and what is lost with its volumes is " +
          "lost. Set where backups go: " +
          `${configCommand("set --path postgres.backup.destination s3://<bucket>/<path>")}, or ` +
          "postgres.backup.store for one that is made in the cluster's cloud. " +
          "docs/backup-and-restore.md has both, and how to restore.",
      ];
