import { z } from "zod";

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

/** Which cluster a stack stands on, and what cannot be asked of it. */
export const clusterConfig = z.discriminatedUnion("kind", [minikube, existing]);
export type ClusterConfig = z.infer<typeof clusterConfig>;
