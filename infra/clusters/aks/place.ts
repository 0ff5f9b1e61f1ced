import type * as pulumi from "@pulumi/pulumi";

/** Where the parts of a cluster are made: what all of them are told alike. */
export type AzurePlace = {
  /** Begins the names of what is made. */
  readonly name: string;
  readonly location: string;
  /** The name of the resource group. */
  readonly group: pulumi.Input<string>;
  /** Options of every resource: the component they belong to. */
  readonly child: Pick<pulumi.CustomResourceOptions, "parent">;
};

/** The zones over which nodes, addresses and replicas are spread. */
export const zones = ["1", "2", "3"] as const;
