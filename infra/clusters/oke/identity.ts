import * as pulumi from "@pulumi/pulumi";
import type { MakeIdentity, OciHome } from "../home.ts";
import { workloadTerms } from "./policies.ts";

/**
 * A service account is known to Oracle by its cluster, namespace and name; nothing is made for it
 * and pods need no mark. How it is called when rights are given are the terms of a policy.
 */
export const ociIdentities =
  (home: OciHome, namespace: string): MakeIdentity =>
  (serviceAccount) => ({
    serviceAccountAnnotations: {},
    podLabels: {},
    principal: pulumi
      .all(workloadTerms(home.clusterId, namespace, serviceAccount))
      .apply((terms) => terms.join(", ")),
  });
