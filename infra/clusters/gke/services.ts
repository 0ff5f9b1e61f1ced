import { Service } from "@pulumi/gcp/projects/service.js";
import { ServiceIdentity } from "@pulumi/gcp/projects/serviceIdentity.js";
import { getProjectServiceAccountOutput } from "@pulumi/gcp/storage/getProjectServiceAccount.js";
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

export type Services = {
  /** What must stand before anything else is made. */
  readonly ready: readonly pulumi.Resource[];
  /** Who encrypts with our key, by a short name, as members of a right. */
  readonly encrypters: Readonly<Record<string, pulumi.Output<string>>>;
};

/** Switches on what we use; it stays on, as others of the project may use it too. */
export function enableServices(place: GooglePlace, projectNumber: pulumi.Input<string>): Services {
  const { name, project, child } = place;
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
    const number = pulumi
      .all([projectNumber, accountOf(place, service, interfaceOn)])
      .apply(([known]) => known);
    const member = pulumi.interpolate`serviceAccount:service-${number}@${agent}.iam.gserviceaccount.com`;
    return [[short(service), member] as const];
  });
  return {
    ready: enabled.map(({ interfaceOn }) => interfaceOn),
    encrypters: Object.fromEntries(encrypters),
  };
}

/**
 * Something that is known when Google has made the account of a service. It does so when somebody
 * asks; that of Compute Engine is there as soon as it is switched on.
 */
function accountOf(
  { name, project, child }: GooglePlace,
  service: string,
  interfaceOn: Service,
): pulumi.Output<string> {
  if (service === "compute.googleapis.com") return interfaceOn.id;
  if (service === "storage.googleapis.com") {
    const late = interfaceOn.id.apply(() => project);
    return getProjectServiceAccountOutput({ project: late }, child).member;
  }
  return new ServiceIdentity(
    `${name}-${short(service)}`,
    { project, service },
    { ...child, dependsOn: interfaceOn },
  ).id;
}

const short = (service: string): string => service.replace(".googleapis.com", "");
