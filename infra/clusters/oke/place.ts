import type * as pulumi from "@pulumi/pulumi";

/** Options of a resource: the component it belongs to, and which region's provider makes it. */
export type OciChild = Pick<pulumi.CustomResourceOptions, "parent" | "provider">;

/** Where the parts of a cluster are made: what all of them are told alike. */
export type OciPlace = {
  /** Begins the names of what is made. */
  readonly name: string;
  readonly compartmentId: string;
  readonly tenancyId: string;
  readonly region: string;
  readonly child: OciChild;
  /** The same for users and policies, which are written in the home region of a tenancy. */
  readonly identityChild: OciChild;
};

/** Three parts of a region that fail apart: nodes and replicas are spread over them. */
export const domains = [0, 1, 2] as const;
