import { Service } from "@pulumi/gcp/projects/service.js";
import { ServiceIdentity } from "@pulumi/gcp/projects/serviceIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import type { GooglePlace } from "./place.ts";

/**
 * The interfaces of Google that we use, and, where the service encrypts with our key, the account by
 * which it does so. Those of managed services are among them, as the key is the cluster's.
 * Source of the accounts: https://cloud.google.com/iam/docs/service-agents
 */
const services = {
  "cloudresourcemanager.googleapis.com": undefined,
  "iam.googleapis.com": undefined,
  "iamcredentials.googleapis.com": undefined,
  "cloudkms.googleapis.com": undefined,
  "servicenetworking.googleapis.com": undefined,
  "dns.googleapis.com": undefined,
  "logging.googleapis.com": undefined,
  "compute.googleapis.com": "compute-system",
  "container.googleapis.com": "container-engine-robot",
  "artifactregistry.googleapis.com": "gcp-sa-artifactregistry",
  "managedkafka.googleapis.com": "gcp-sa-managedkafka",
  "sqladmin.googleapis.com": "gcp-sa-cloud-sql",
  "redis.googleapis.com": "cloud-redis",
  "secretmanager.googleapis.com": "gcp-sa-secretmanager",
  "storage.googleapis.com": "gs-project-accounts",
} as const;

/** Accounts that come into being with the project, which Google makes for nobody who asks. */
const alwaysThere: readonly string[] = ["compute-system", "gs-project-accounts"];

export type Services = {
  /** What must stand before anything else is made. */
  readonly ready: readonly pulumi.Resource[];
  /** Who encrypts with our key, by a short name, as members of a right. */
  readonly encrypters: Readonly<Record<string, pulumi.Output<string>>>;
};

/** Switches on what we use; it stays on, as others of the project may use it too. */
export function enableServices(
  { name, project, child }: GooglePlace,
  projectNumber: pulumi.Input<string>,
): Services {
  const enabled = Object.entries(services).map(([service, agent]) => {
    const interfaceOn = new Service(
      `${name}-${short(service)}`,
      { project, service, disableOnDestroy: false },
      child,
    );
    return { service, agent, interfaceOn };
  });
  const encrypters = enabled.flatMap(({ service, agent, interfaceOn }) => {
    if (agent === undefined) return [];
    const there = alwaysThere.includes(agent)
      ? interfaceOn
      : new ServiceIdentity(
          `${name}-${short(service)}`,
          { project, service },
          { ...child, dependsOn: interfaceOn },
        );
    // Known when the account is there.
    const member = pulumi
      .all([projectNumber, there.id])
      .apply(([number]) => `serviceAccount:service-${number}@${agent}.iam.gserviceaccount.com`);
    return [[short(service), member] as const];
  });
  return {
    ready: enabled.map(({ interfaceOn }) => interfaceOn),
    encrypters: Object.fromEntries(encrypters),
  };
}

const short = (service: string): string => service.replace(".googleapis.com", "");
