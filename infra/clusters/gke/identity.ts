import { IAMMember } from "@pulumi/gcp/serviceaccount/iammember.js";
import * as pulumi from "@pulumi/pulumi";
import type { GcpHome, MakeIdentity } from "../home.ts";
import { accountIdOf, makeAccount } from "./accounts.ts";

/**
 * An account of Google for each service account that asks for one. There is no secret: Google trusts
 * the tokens that the cluster signs for this one service account.
 * Source: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
 */
export const googleIdentities =
  (home: GcpHome, namespace: string): MakeIdentity =>
  (serviceAccount) => {
    const name = `${namespace}-${serviceAccount}`;
    const account = makeAccount(
      name,
      {
        project: home.project,
        id: accountIdOf(home.cluster, namespace, serviceAccount),
        for: `${serviceAccount} in ${namespace} on ${home.cluster}`,
      },
      {},
    );
    const trust = new IAMMember(name, {
      serviceAccountId: account.name,
      role: "roles/iam.workloadIdentityUser",
      member: pulumi.interpolate`serviceAccount:${home.identityPool}[${namespace}/${serviceAccount}]`,
    });
    return {
      serviceAccountAnnotations: { "iam.gke.io/gcp-service-account": account.email },
      podLabels: {},
      principal: account.member,
      ready: [trust],
    };
  };
