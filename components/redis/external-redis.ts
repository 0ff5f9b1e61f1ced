import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { Place, Reach, SecretKey } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import type { RemoteTls } from "#components/provision/remote-tls.ts";
import { authorityOf } from "#components/provision/remote-tls.ts";
import type { Redis, RedisAccess } from "./redis.ts";
import { authorityFor, redisUrl } from "./redis.ts";

export type ExternalRedisArgs = {
  readonly place: Pick<Place, "namespace">;
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly username: string;
  readonly password: pulumi.Input<string>;
  readonly tls: RemoteTls;
};

/** Redis that stands elsewhere; nothing is made in it. */
export class ExternalRedis extends pulumi.ComponentResource implements Redis {
  readonly address: pulumi.Output<string>;
  readonly username: string;
  readonly password: SecretKey;
  readonly passwordText: pulumi.Output<string>;
  readonly tls: Redis["tls"];
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach;
  private readonly url: SecretKey;

  constructor(name: string, args: ExternalRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:redis:ExternalRedis", name, {}, opts);
    const child = { parent: this };
    this.address = pulumi.interpolate`${args.host}:${args.port}`;
    this.username = args.username;
    this.passwordText = pulumi.secret(args.password);
    const caCertificate = authorityOf("redis", args.tls, args.place, child);
    this.tls = caCertificate ? { caCertificate } : args.tls === "public" ? "public" : false;
    const url = redisUrl(this, args.username, args.password);
    const secret = new k8s.core.v1.Secret(
      "redis",
      {
        metadata: { namespace: args.place.namespace, labels: labelsOf("redis") },
        stringData: { password: pulumi.secret(args.password), url },
      },
      child,
    );
    this.password = { name: secret.metadata.name, key: "password" };
    this.url = { name: secret.metadata.name, key: "url" };
    this.reach = { peers: [], ports: [args.port] };
    this.ready = [];
    this.registerOutputs();
  }

  /** Managed services have one user: a service's keys are its own by their prefix only. */
  accessFor(appId: AppId): RedisAccess {
    if (!contractOf(appId).redis) {
      throw new Error(`${appId} does not declare that it talks to Redis`);
    }
    return { url: this.url, ...authorityFor(this) };
  }
}
