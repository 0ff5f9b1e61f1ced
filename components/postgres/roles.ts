import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dapr, type StateStoreKind } from "#apps/contracts/dapr.ts";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import type { DatabaseAccess, RoleName } from "./postgres.ts";

/** What every engine is told. */
export type PostgresEngineArgs = {
  readonly place: Place;
  /** A password of its own for each name that it is asked for. */
  readonly password: (name: string) => pulumi.Output<string>;
  /** What is behind the state store; by default Redis. */
  readonly stateIn?: StateStoreKind | undefined;
};

/**
 * Who has a role and a schema, both of the same name: the services that declare a database, and the
 * state store where it is in PostgreSQL, which the sidecars of all who declare state come to.
 */
export const roleNames = ({ stateIn }: Pick<PostgresEngineArgs, "stateIn">): RoleName[] => [
  ...appIds.filter((appId) => contractOf(appId).database),
  ...(stateIn === "postgres" ? [dapr.stateStore] : []),
];

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
  { place, password, stateIn }: PostgresEngineArgs,
  location: Location,
  child: Child,
): ReadonlyMap<RoleName, k8s.core.v1.Secret> =>
  new Map(
    roleNames({ stateIn }).map((name) => {
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
    secrets: ReadonlyMap<RoleName, k8s.core.v1.Secret>,
    caCertificate: SecretKey | undefined,
    ready: readonly pulumi.Resource[],
  ) =>
  (name: RoleName): DatabaseAccess => {
    const secret = secrets.get(name);
    if (!secret) throw new pulumi.RunError(`There is no database for ${name}.`);
    return {
      url: { name: secret.metadata.name, key: "url" },
      ...(caCertificate && { caCertificate }),
      ready,
    };
  };
