import { z } from "zod";
import type { Cloud } from "./home.ts";
import { aks } from "./settings/aks.ts";
import { gke } from "./settings/gke.ts";
import { oke } from "./settings/oke.ts";

const kubeconfig = z
  .string()
  .optional()
  .transform((path) => path);

const images = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("registry"), address: z.string().min(1) }),
    z.strictObject({ kind: z.literal("command"), command: z.array(z.string()).min(1) }),
    z.strictObject({ kind: z.literal("minikube"), profile: z.string().min(1) }),
  ])
  .describe("how built images get to the nodes");

const minikube = z.strictObject({
  kind: z.literal("minikube"),
  profile: z.string().default("minikube"),
  kubeconfig,
});

const existing = z.strictObject({
  kind: z.literal("existing"),
  kubeconfig,
  context: z
    .string()
    .optional()
    .transform((name) => name),
  storageClass: z
    .string()
    .optional()
    .transform((name) => name),
  zones: z.boolean().default(false),
  gatewayClass: z.string().default("todo"),
  gatewayService: z.enum(["LoadBalancer", "NodePort", "ClusterIP"]).default("LoadBalancer"),
  images: images.default({ kind: "registry", address: "localhost:5000" }),
});

const clouds = ["azure", "gcp", "oci"] as const satisfies readonly Cloud[];

/** A cluster that another stack of this project made (`target: cluster`). */
const stack = z.strictObject({
  kind: z.literal("stack"),
  stack: z.string().regex(/^[^/]+\/[^/]+\/[^/]+$/, "must be organization/project/stack"),
  cloud: z.enum(clouds),
});

/** Clusters that this program makes itself. */
export const madeCluster = z.discriminatedUnion("kind", [aks, gke, oke]);
export type MadeClusterConfig = z.infer<typeof madeCluster>;

/** Which cluster a stack stands on, and what cannot be asked of it. */
export const clusterConfig = z.discriminatedUnion("kind", [
  minikube,
  existing,
  stack,
  aks,
  gke,
  oke,
]);
export type ClusterConfig = z.infer<typeof clusterConfig>;

const cloudOfKind = {
  minikube: undefined,
  existing: undefined,
  aks: "azure",
  gke: "gcp",
  oke: "oci",
} as const satisfies Record<Exclude<ClusterConfig["kind"], "stack">, Cloud | undefined>;

/** The cloud in which a cluster stands and whose services can be put beside it. */
export const cloudOf = (config: ClusterConfig): Cloud | undefined =>
  config.kind === "stack" ? config.cloud : cloudOfKind[config.kind];
