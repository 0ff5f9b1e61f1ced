import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf, reachesRedis } from "#apps/contracts/services.ts";
import { networkPolicy } from "#components/network/policies.ts";
import type { NetworkPeer, Place, Reach, SecretKey } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import { certificateObjects } from "./certificates.ts";
import type { Redis, RedisAccess } from "./redis.ts";
import { authorityFor, redisUrl } from "./redis.ts";
import {
  directUsers,
  redisConfig,
  redisFiles,
  redisPort,
  redisUser,
  redisUsers,
} from "./redis-config.ts";
import { statefulSetSpec } from "./stateful-set.ts";
import type { RedisTuning } from "./tuning.ts";
import { defaultRedisTuning } from "./tuning.ts";

export type ClusterRedisArgs = {
  readonly place: Place;
  /** A password of its own for each name that it is asked for. */
  readonly password: (name: string) => pulumi.Output<string>;
  /** With `redis-server` on its path, 6.2 or newer. */
  readonly image: pulumi.Input<string>;
  readonly pullSecrets: readonly string[];
  /** Made by cert-manager, or a given Secret with tls.crt, tls.key and ca.crt, or none. */
  readonly tls: "cert-manager" | { readonly secretName: pulumi.Input<string> } | false;
  /** Who reaches it besides the services that declare it: an exporter. */
  readonly clients: readonly NetworkPeer[];
  /** What is to be other than the default of the size. */
  readonly tuning?: Partial<RedisTuning>;
};

export const redisName = "redis";
const tlsSecret = "redis-tls";

/** One Redis in the cluster. Its data is on a volume; while it restarts, the services do without. */
export class ClusterRedis extends pulumi.ComponentResource implements Redis {
  readonly address: pulumi.Output<string>;
  readonly username = redisUser;
  readonly password: SecretKey;
  readonly passwordText: pulumi.Output<string>;
  readonly tls: Redis["tls"];
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach;
  private readonly urls = new Map<AppId, SecretKey>();

  constructor(name: string, args: ClusterRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:redis:ClusterRedis", name, {}, opts);
    const { place } = args;
    const child = { parent: this };
    this.address = pulumi.output(`${redisName}.${place.namespace}.svc:${redisPort}`);
    this.reach = { peers: [{ podSelector: { matchLabels: selectorOf(redisName) } }], ports };

    const certificates = args.tls === "cert-manager" ? this.certify(place) : [];
    const secretName = tlsSecretOf(args.tls);
    this.tls = secretName !== undefined && { caCertificate: { name: secretName, key: "ca.crt" } };

    const tuning = { ...defaultRedisTuning[place.size], ...args.tuning };
    const password = args.password("redis");
    const secret = this.secret("redis", place, { password });
    const services = Object.fromEntries(
      directUsers().map((appId) => [appId, args.password(`redis-${appId}`)]),
    );
    const users = pulumi
      .output({ sidecars: password, services })
      .apply((passwords) => `${redisUsers(passwords).join("\n")}\n`);
    const acl = this.secret("redis-acl", place, { "users.acl": users });
    for (const appId of directUsers()) {
      const url = redisUrl(this, appId, services[appId] ?? "");
      const { metadata } = this.secret(`${appId}-redis`, place, { url });
      this.urls.set(appId, { name: metadata.name, key: "url" });
    }
    this.passwordText = password;
    this.password = { name: secret.metadata.name, key: "password" };
    const config = new k8s.core.v1.ConfigMap(
      "redis",
      {
        metadata: { namespace: place.namespace, labels: labelsOf(redisName) },
        data: { [fileName(redisFiles.config)]: redisConfig(tuning, Boolean(args.tls)) },
      },
      child,
    );
    const server = new k8s.apps.v1.StatefulSet(
      "redis",
      {
        metadata: metadata(redisName, place),
        spec: statefulSetSpec({
          ...args,
          tuning,
          config: config.metadata.name,
          acl: acl.metadata.name,
          tlsSecret: secretName,
        }),
      },
      { ...child, protect: place.keepData, dependsOn: certificates },
    );
    const service = this.expose(place, server);
    this.protect(args);
    this.ready = [server, service];
    this.registerOutputs();
  }

  accessFor(appId: AppId): RedisAccess {
    const url = this.urls.get(appId);
    if (!url) throw new Error(`${appId} does not declare that it talks to Redis`);
    return { url, ...authorityFor(this) };
  }

  /** Certificates by an authority of our own, which lives for as long as anybody trusts it. */
  private certify(place: Place): pulumi.Resource[] {
    let made: pulumi.Resource[] = [];
    for (const object of certificateObjects(tlsSecret, redisName, place)) {
      const resource = new k8s.apiextensions.CustomResource(
        `redis-${object.metadata.name}-${object.kind.toLowerCase()}`,
        object,
        { parent: this, dependsOn: made },
      );
      made = [...made, resource];
    }
    return made;
  }

  private secret(name: string, place: Place, data: Record<string, pulumi.Input<string>>) {
    return new k8s.core.v1.Secret(
      name,
      {
        metadata: { namespace: place.namespace, labels: labelsOf(name) },
        stringData: pulumi.secret(data),
      },
      { parent: this },
    );
  }

  /** A name for clients, and one for the pod itself, before it is ready too. */
  private expose(place: Place, server: k8s.apps.v1.StatefulSet): k8s.core.v1.Service {
    const selector = selectorOf(redisName);
    const port = { name: "redis", port: redisPort, targetPort: "redis" };
    const service = (
      name: string,
      spec: k8s.types.input.core.v1.ServiceSpec,
      dependsOn: pulumi.Resource[],
    ) =>
      new k8s.core.v1.Service(
        name,
        { metadata: metadata(name, place), spec: { ...spec, selector, ports: [port] } },
        { parent: this, dependsOn },
      );
    service(`${redisName}-nodes`, { clusterIP: "None", publishNotReadyAddresses: true }, []);
    // It is ready when a pod is: without one there is nothing to wait for.
    return service(redisName, { type: "ClusterIP" }, [server]);
  }

  private protect({ place, clients }: ClusterRedisArgs): void {
    const users = appIds
      .filter((appId) => reachesRedis(contractOf(appId)))
      .map((appId): NetworkPeer => ({ podSelector: { matchLabels: selectorOf(appId) } }));
    const peers = [...users, ...clients];
    new k8s.networking.v1.NetworkPolicy(
      "redis",
      networkPolicy(
        {
          name: redisName,
          podLabels: selectorOf(redisName),
          // Without peers everyone would be let in.
          ingress:
            peers.length > 0 ? [{ peers, ports: [{ port: redisPort, protocol: "TCP" }] }] : [],
          egress: [],
        },
        place,
      ),
      { parent: this },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      "redis",
      {
        metadata: metadata(redisName, place),
        spec: {
          // There is one; to forbid its eviction would forbid every change of its node.
          maxUnavailable: 1,
          unhealthyPodEvictionPolicy: "AlwaysAllow",
          selector: { matchLabels: selectorOf(redisName) },
        },
      },
      { parent: this },
    );
  }
}

const ports = [redisPort];

const tlsSecretOf = (tls: ClusterRedisArgs["tls"]): pulumi.Input<string> | undefined => {
  if (!tls) return undefined;
  return tls === "cert-manager" ? tlsSecret : tls.secretName;
};

const metadata = (name: string, { namespace }: Place) => ({
  name,
  namespace,
  labels: labelsOf(name),
});

const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
