import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import type { DatabaseAccess } from "./postgres.ts";

/** What every engine is told. */
export type PostgresEngineArgs = {
  readonly place: Place;
  /** A password of its own for each name that it is asked for. */
  readonly password: (name: string) => pulumi.Output<string>;
};

/** The services that have a role and a schema, both of the service's name. */
export const roleNames = (): AppId[] => appIds.filter((appId) => contractOf(appId).database);

/** Where a role finds its schema: all but user and password of its URL. */
export type Location = {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly database: string;
  /** As `sslmode=verify-full`. */
  readonly parameters: string;
};

type Child = Pick<pulumi.CustomResourceOptions, "parent">;

/** One Secret for each role, in the form that CloudNativePG reads, with the service's URL. */
export const makeRoleSecrets = (
  { place, password }: PostgresEngineArgs,
  location: Location,
  child: Child,
): ReadonlyMap<AppId, k8s.core.v1.Secret> =>
  new Map(
    roleNames().map((name) => {
      const secret = password(`postgres-${name}`);
      return [
        name,
        new k8s.core.v1.Secret(
          `postgres-${name}`,
          {
            metadata: { namespace: place.namespace, labels: labelsOf(`postgres-${name}`) },
            type: "kubernetes.io/basic-auth",
            stringData: pulumi.secret({
              username: name,
              password: secret,
              url: urlOf(name, secret, location),
            }),
          },
          child,
        ),
      ];
    }),
  );

const urlOf = (role: string, password: pulumi.Input<string>, to: Location) =>
  pulumi
    .all([password, to.host, to.port])
    .apply(
      ([secret, host, port]) =>
        `postgres://${role}:${encodeURIComponent(secret)}@${host}:${port}/${to.database}` +
        `?${to.parameters}`,
    );

/** How the services with such Secrets come to their schemas. */
export const accessBy =
  (
    secrets: ReadonlyMap<AppId, k8s.core.v1.Secret>,
    caCertificate: SecretKey | undefined,
    ready: readonly pulumi.Resource[],
  ) =>
  (appId: AppId): DatabaseAccess => {
    const secret = secrets.get(appId);
    if (!secret) throw new pulumi.RunError(`The contract of ${appId} has no database.`);
    return {
      url: { name: secret.metadata.name, key: "url" },
      ...(caCertificate && { caCertificate }),
      ready,
    };
  };
