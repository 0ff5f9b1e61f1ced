import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Cluster } from "./cluster.ts";
import type { CloudHome } from "./home.ts";

const text = z.string().min(1);
const registry = z.object({
  kind: z.literal("registry"),
  address: text,
  pullAs: z.object({ host: text, username: text, password: text }).optional(),
});

/** What a stack that makes a cluster tells those that stand on it: its one output, a secret. */
export const clusterFacts = z.object({
  kubeconfig: text,
  context: text.optional(),
  storageClass: text.optional(),
  zones: z.boolean(),
  gateway: z.object({
    className: text,
    serviceType: z.enum(["LoadBalancer", "NodePort", "ClusterIP"]),
    serviceAnnotations: z.record(z.string(), z.string()),
  }),
  images: registry,
  offers: z.array(z.string()),
  /** As `CloudHome`, all of it text. */
  home: z.looseObject({ cloud: text }),
});

export type ClusterFacts = z.infer<typeof clusterFacts>;

/** The name of that output. */
export const clusterOutput = "cluster";

/** A cluster as plain values. Its kubeconfig may hold credentials, so all of it is a secret. */
export const factsOf = (cluster: Cluster): pulumi.Output<unknown> =>
  pulumi.secret(
    pulumi.output({
      kubeconfig: cluster.access.kubeconfig,
      context: cluster.access.context,
      storageClass: cluster.storageClass,
      zones: cluster.zones,
      gateway: cluster.gateway,
      images: cluster.images,
      offers: cluster.offers,
      home: cluster.home as CloudHome,
    }),
  );
