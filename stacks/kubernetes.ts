import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import { Gateway } from "#components/ingress/gateway.ts";
import { namespaceObject, sidecarNamespaceLabels } from "#components/namespace.ts";
import type { Place } from "#components/place.ts";
import { Platform } from "#components/platform/platform.ts";
import type { HonoService } from "#components/service/hono-service.ts";
import type { Cluster } from "#infra/clusters/cluster.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { makePullSecret } from "#infra/clusters/pull-secret.ts";
import { untilReady } from "#infra/clusters/until-ready.ts";
import { Password } from "#infra/host/password.ts";
import { imagesOfStack, provisionImage } from "#infra/images/image-names.ts";
import { ServiceImages } from "#infra/images/service-images.ts";
import type { ManagedArgs } from "#infra/managed/managed.ts";
import { makeSecrets } from "#infra/managed/services.ts";
import type { KubernetesConfig } from "./config.ts";
import { createKafka, createMail, createPostgres, createRedis, missingMail } from "./data.ts";
import { createObservability, observing } from "./observability.ts";
import { missingOperators, operatorModes } from "./operator-modes.ts";
import { createServices } from "./services.ts";

const clone = join(import.meta.dirname, "..");
/** Where logs of what runs on this machine go: builds of images, waiting for operators. */
const stackFolder = (): string => join(clone, ".local", "stacks", pulumi.getStack());

/** A secret of the stack, made once and kept in its state. */
const password = (name: string): pulumi.Output<string> => new Password(name, {}).value;

/** The system on a cluster, in layers: the platform, what data is kept in, the services. */
export async function createKubernetesStack(config: KubernetesConfig) {
  const keepData = config.keepData ?? config.size === "prod";
  const cluster = await openCluster(config.cluster, { namespace: config.namespace, keepData });
  const modes = operatorModes(config, cluster.offers);
  const missing = [...missingOperators(config, modes), ...missingMail(config)];
  if (missing.length > 0) throw new pulumi.RunError(missing.join("\n"));
  const place: Place = {
    namespace: config.namespace,
    size: config.size,
    storageClass: cluster.storageClass,
    zones: cluster.zones,
    keepData,
  };
  const onCluster = { providers: { kubernetes: cluster.provider } };

  const platform = new Platform(
    "platform",
    {
      size: config.size,
      operators: modes,
      charts: config.platform,
      untilReady: (namespace, opts) =>
        untilReady({ cluster, clone, stackFolder: stackFolder(), namespace }, opts),
    },
    { ...onCluster, dependsOn: [...cluster.ready] },
  );
  const namespace = new k8s.core.v1.Namespace(
    config.namespace,
    namespaceObject(config.namespace, "restricted", sidecarNamespaceLabels),
    { provider: cluster.provider, dependsOn: [...cluster.ready] },
  );
  const images = createImages(config, cluster);
  const puller = makePullSecret(cluster.images, config.namespace, {
    provider: cluster.provider,
    dependsOn: namespace,
  });
  const pullSecrets = [...config.images.pullSecrets, ...puller.names];
  // No pod starts in it, of whatever kind, before Dapr has looked at it.
  const inNamespace = {
    ...onCluster,
    dependsOn: [namespace, ...puller.ready, ...platform.ready("dapr")],
  };
  const looked = observing(config, place);
  const managed = () =>
    managedArgs(cluster, place, {
      ...onCluster,
      dependsOn: [namespace, ...platform.ready("external-secrets")],
    });
  const data = {
    managed,
    config,
    place,
    platform,
    password,
    provision: { image: images.reference(provisionImage), pullSecrets },
    monitoring: looked.scrapers,
    tools: looked.tools,
    options: inNamespace,
  };
  const kafka = await createKafka(data);
  const postgres = await createPostgres(data);
  const redis = await createRedis(data);
  const mail = await createMail(data);
  const vault = await createVault(config, managed);
  const parts = { config, cluster, place, platform, pullSecrets, observing: looked, kafka, redis };

  createObservability({ ...parts, password, onCluster, inNamespace });
  const services = createServices({
    ...parts,
    password,
    postgres,
    mail,
    vault,
    images,
    options: inNamespace,
  });
  const gateway = config.ingress.enabled
    ? new Gateway(
        "gateway",
        {
          place,
          className: cluster.gateway.className,
          makeClass: modes["envoy-gateway"] === "install",
          host: config.ingress.host,
          issuer: config.ingress.issuer,
          service: {
            type: cluster.gateway.serviceType,
            annotations: cluster.gateway.serviceAnnotations,
          },
        },
        {
          ...onCluster,
          dependsOn: [namespace, ...platform.ready("cert-manager", "envoy-gateway")],
        },
      )
    : undefined;
  return {
    namespace: config.namespace,
    baseUrl: gateway?.url ?? publicUrlOf(services),
    services: Object.fromEntries(
      services.map(({ appId, service }) => [appId, { url: service.url, address: service.address }]),
    ),
  };
}

function createImages({ images }: KubernetesConfig, cluster: Cluster): ServiceImages {
  return new ServiceImages("images", {
    clone,
    stackFolder: stackFolder(),
    names: imagesOfStack(),
    images:
      images.from === "registry"
        ? { kind: "given", registry: images.registry, tag: images.tag }
        : { kind: "built", base: images.base, delivery: cluster.images },
  });
}

/** A vault of the cluster's cloud, where the configuration names one. */
const createVault = async ({ secrets }: KubernetesConfig, managed: () => ManagedArgs) =>
  secrets.store === "kubernetes" ? undefined : await makeSecrets(secrets, managed());

/** @throws RunError on a cluster in no cloud, which the configuration has ruled out before */
function managedArgs(
  { home, identityOf }: Cluster,
  place: Place,
  onCluster: pulumi.ComponentResourceOptions,
): ManagedArgs {
  if (!home) throw new pulumi.RunError("A cluster in no cloud has no managed services.");
  return { home, place, password, identityOf, onCluster };
}

/** Where the API is inside the network of the cluster, for a stack without a gateway. */
const publicUrlOf = (services: readonly { appId: AppId; service: HonoService }[]) =>
  services.find(({ appId }) => contractOf(appId).publicPaths.includes("/api"))?.service.address;
