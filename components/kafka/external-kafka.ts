import * as pulumi from "@pulumi/pulumi";
import type { KafkaSpec } from "#apps/provision/spec.ts";
import type { Reach, SecretKey } from "#components/place.ts";
import type { Admin, ProvisionImage } from "#components/provision/provision-job.ts";
import { ProvisionJob } from "#components/provision/provision-job.ts";
import type { RemoteTls } from "#components/provision/remote-tls.ts";
import { authorityOf, provisionTls } from "#components/provision/remote-tls.ts";
import type { KafkaEngineArgs } from "./engine.ts";
import { makeUsers, passwordSecret, usersAmong } from "./engine.ts";
import type { Kafka, KafkaUser } from "./kafka.ts";
import { topicSpecs } from "./topics.ts";
import type { Durability } from "./tuning.ts";
import { userSpecs, viewerSpec } from "./users.ts";

/** Where a Kafka stands, and who comes to it. */
export type ExternalKafkaPlace = KafkaEngineArgs & {
  /** `host:port` of one broker or more. */
  readonly brokers: readonly pulumi.Input<string>[];
  /** The ports of all brokers; to be said where their addresses are known late. */
  readonly ports?: readonly number[];
  readonly mechanism: Kafka["mechanism"];
  readonly tls: RemoteTls;
  /**
   * `managed`: a SCRAM user with the rights of its contract is made for each service. Otherwise
   * who made them says who they are: one for each service that uses Kafka, and `viewer`.
   */
  readonly users: "managed" | Readonly<Record<string, Admin>>;
  /** How records are kept; by default by the size of the stack. */
  readonly durability?: Durability | "brokers";
  /** The protocol version of the oldest broker. */
  readonly version?: string;
  readonly largestRecordBytes?: number;
};

/** A Job makes topics and, where they are managed, users, as an administrator who may. */
type Provisioning = { readonly admin: Admin; readonly provision: ProvisionImage };

/** Topics and users were made in another way: what stands for them. */
export type Provisioned = { readonly made: readonly pulumi.Resource[] };

export type ExternalKafkaArgs = ExternalKafkaPlace & (Provisioning | Provisioned);

/** Kafka that stands elsewhere, and what a Job makes in it: topics, their settings, users. */
export class ExternalKafka extends pulumi.ComponentResource implements Kafka {
  readonly brokers: pulumi.Output<string>;
  readonly version: string;
  readonly mechanism: Kafka["mechanism"];
  readonly tls: Kafka["tls"];
  readonly userOf: Kafka["userOf"];
  readonly viewer: KafkaUser;
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach;
  readonly largestRecordBytes: number | undefined;

  constructor(name: string, args: ExternalKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:kafka:ExternalKafka", name, {}, opts);
    requireUsable(args);
    const child = { parent: this };
    const { place, mechanism, users: accounts } = args;

    this.brokers = pulumi.all([...args.brokers]).apply((brokers) => brokers.join(","));
    this.version = args.version ?? "3.9.0";
    this.mechanism = mechanism;
    const caCertificate = authorityOf("kafka", args.tls, place, child);
    this.tls = caCertificate ? { caCertificate } : args.tls === "public" ? "public" : false;
    this.reach = { peers: [], ports: args.ports ?? portsOf(args.brokers) };

    const users = accounts === "managed" ? makeUsers(args, child) : givenUsers(args, child);
    ({ userOf: this.userOf, viewer: this.viewer } = usersAmong(users));
    this.largestRecordBytes = args.largestRecordBytes;
    this.ready =
      "made" in args
        ? args.made
        : [this.provision(args, accounts === "managed" ? passwordsOf(users) : {}, caCertificate)];
    this.registerOutputs();
  }

  private provision(
    args: ExternalKafkaPlace & Provisioning,
    passwords: Record<string, SecretKey>,
    caCertificate: SecretKey | undefined,
  ): pulumi.Resource {
    const { place, admin } = args;
    const run = { program: "kafka" as const, spec: specOf(args) };
    return new ProvisionJob(
      "kafka-provision",
      { ...args.provision, place, run, admin, passwords, caCertificate, reach: this.reach },
      { parent: this },
    ).job;
  }
}

/** What the Job is to bring about; users that others made are left alone. */
const specOf = (args: ExternalKafkaArgs): pulumi.Output<KafkaSpec> =>
  pulumi.all([...args.brokers]).apply((brokers) => ({
    brokers,
    mechanism: args.mechanism,
    tls: provisionTls(args.tls),
    topics: topicSpecs(args.place.size, args.tuning?.topics, args.durability).map((topic) => ({
      ...topic,
      config: { ...topic.config },
    })),
    users: (args.users === "managed" ? [...userSpecs(), viewerSpec] : []).map(
      ({ name, grants }) => ({
        name,
        grants: grants.map((grant) => ({ ...grant, operations: [...grant.operations] })),
      }),
    ),
  }));

const givenUsers = (
  { users, place }: ExternalKafkaArgs,
  child: Pick<pulumi.CustomResourceOptions, "parent">,
): ReadonlyMap<string, KafkaUser> =>
  new Map(
    Object.entries(users as Readonly<Record<string, Admin>>).map(
      ([name, { username, password }]) => [
        name,
        { username, password: passwordSecret(name, password, place, child) },
      ],
    ),
  );

const passwordsOf = (users: ReadonlyMap<string, KafkaUser>): Record<string, SecretKey> =>
  Object.fromEntries([...users].map(([name, { password }]) => [name, password]));

/** @throws RunError that says what to set, before anything is made */
function requireUsable({ users, mechanism, tls, brokers, ports }: ExternalKafkaArgs): void {
  if (mechanism === "PLAIN" && !tls) {
    throw new pulumi.RunError("Kafka: PLAIN sends passwords as they are, so it needs TLS.");
  }
  if (ports === undefined && brokers.some((address) => typeof address !== "string")) {
    throw new pulumi.RunError("Kafka: addresses that are known late want their ports to be said.");
  }
  if (users === "managed") {
    if (mechanism !== "PLAIN") return;
    throw new pulumi.RunError(
      "Kafka: users with PLAIN are made by whoever runs the brokers: give them, instead of managed.",
    );
  }
  const missing = [...userSpecs(), viewerSpec].filter(({ name }) => !(name in users));
  if (missing.length > 0) {
    throw new pulumi.RunError(
      `Kafka: users are given, but not of ${missing.map(({ name }) => name).join(", ")}.`,
    );
  }
}

const portsOf = (brokers: readonly pulumi.Input<string>[]): number[] => [
  ...new Set(brokers.map((address) => Number(String(address).split(":").at(-1)))),
];
