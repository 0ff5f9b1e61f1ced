import { broken, type Check } from "./finding.ts";
import type { Thing } from "./snapshot.ts";

/** How long what was told to go may take. */
const longMs = 60_000;

/** What was told to go and cannot, and which finalizer holds it. */
export const stuck: Check = (snapshot) =>
  [
    ...snapshot.namespaces,
    ...snapshot.pods,
    ...snapshot.volumes,
    ...snapshot.conditioned,
    ...snapshot.components,
  ]
    .filter(({ metadata }) => metadata.deletionTimestamp)
    .filter(({ metadata }) => snapshot.now - Date.parse(metadata.deletionTimestamp) > longMs)
    .map(({ kind, metadata }) => {
      const finalizers = metadata.finalizers ?? [];
      const operator = finalizers[0] ?? "";
      return broken(
        `${kind} ${metadata.name}`,
        finalizers.length > 0
          ? `it is being deleted since ${metadata.deletionTimestamp}; the finalizer ${finalizers.join(", ")} holds it`
          : `it is being deleted since ${metadata.deletionTimestamp}`,
        operator
          ? "bring back the operator that removes this finalizer and let it finish; only when that " +
              "operator is gone for good, remove the finalizer by hand: " +
              `kubectl patch ${String(kind).toLowerCase()} ${metadata.name} -n ${snapshot.namespace} ` +
              `--type=merge -p '{"metadata":{"finalizers":null}}'`
          : "see what is still in it: kubectl get events",
      );
    });

/** Migrations and other jobs that failed. */
export const jobs: Check = ({ jobs: all, namespace }) =>
  all
    .filter(({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status }: Thing) => type === "Failed" && status === "True",
      ),
    )
    .map(({ metadata }) =>
      broken(
        `Job ${metadata.name}`,
        "it failed",
        `kubectl logs job/${metadata.name} -n ${namespace}; mend the cause, then pulumi up`,
      ),
    );

/** Objects of operators that say themselves that they are not ready: topics, users, databases. */
export const conditions: Check = ({ conditioned }) =>
  conditioned.flatMap(({ kind, metadata, status }) => {
    const unready = (status?.conditions ?? []).find(
      ({ type, status: is }: Thing) =>
        ["Ready", "Programmed", "Accepted"].includes(type) && is === "False",
    );
    if (!unready) return [];
    return [
      broken(
        `${kind} ${metadata.name}`,
        [unready.reason, unready.message].filter(Boolean).join(": ") || "it is not ready",
        "see the log of its operator; it tries again by itself once the cause is gone",
      ),
    ];
  });
