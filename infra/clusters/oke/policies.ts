import { Policy } from "@pulumi/oci/identity/policy.js";
import * as pulumi from "@pulumi/pulumi";
import type { OciPlace } from "./place.ts";

/** A right in Oracle's words: who may do what with which kind of resource, and under which terms. */
export type Statement = {
  /** As `group id ocid1.group…`, `service blockstorage`, or `any-user` with terms that say whom. */
  readonly who: pulumi.Input<string>;
  readonly verb: "inspect" | "read" | "use" | "manage";
  readonly what: string;
  /** All must hold, as `target.key.id = 'ocid1.key…'`. */
  readonly where?: readonly pulumi.Input<string>[];
};

/**
 * Gives rights in one compartment.
 * Source: https://docs.oracle.com/iaas/Content/Identity/Concepts/policysyntax.htm
 */
export const allow = (
  name: string,
  description: string,
  statements: readonly Statement[],
  { compartmentId, identityChild }: Pick<OciPlace, "compartmentId" | "identityChild">,
): Policy =>
  new Policy(
    name,
    {
      compartmentId,
      name,
      description,
      statements: statements.map((statement) => statementText(statement, compartmentId)),
    },
    identityChild,
  );

/** A statement as Oracle reads it. */
export const statementText = (
  { who, verb, what, where = [] }: Statement,
  compartmentId: string,
): pulumi.Output<string> =>
  pulumi.all([who, pulumi.all([...where])]).apply(([subject, terms]) => {
    const condition = terms.length > 0 ? ` where all {${terms.join(", ")}}` : "";
    return `Allow ${subject} to ${verb} ${what} in compartment id ${compartmentId}${condition}`;
  });

/**
 * The terms by which `any-user` is the pods of one service account and nobody else.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
 */
export const workloadTerms = (
  clusterId: pulumi.Input<string>,
  namespace: string,
  serviceAccount: string,
): pulumi.Input<string>[] => [
  "request.principal.type = 'workload'",
  `request.principal.namespace = '${namespace}'`,
  `request.principal.service_account = '${serviceAccount}'`,
  pulumi.interpolate`request.principal.cluster_id = '${clusterId}'`,
];
