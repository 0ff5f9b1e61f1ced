import type * as pulumi from "@pulumi/pulumi";

/** Where the parts of a cluster are made: what all of them are told alike. */
export type GooglePlace = {
  /** Begins the names of what is made. */
  readonly name: string;
  readonly project: string;
  readonly region: string;
  /** Options of every resource: the component they belong to. */
  readonly child: Pick<pulumi.CustomResourceOptions, "parent">;
};
