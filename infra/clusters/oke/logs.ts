import { Log } from "@pulumi/oci/logging/log.js";
import { LogGroup } from "@pulumi/oci/logging/logGroup.js";
import type * as pulumi from "@pulumi/pulumi";
import type { OciChild, OciPlace } from "./place.ts";

/** Where all logs of the cloud's services go. */
export const makeLogs = ({ name, compartmentId, child }: OciPlace): LogGroup =>
  new LogGroup(
    `${name}-logs`,
    { compartmentId, displayName: `${name}-logs`, description: "Todo Evolution" },
    child,
  );

/**
 * Sends what a service writes about one resource there. Who called Oracle's own API is kept for a
 * year without being asked for.
 * Source: https://docs.oracle.com/iaas/Content/Logging/Reference/service_logs.htm
 */
export const sendLogs = (
  name: string,
  args: {
    readonly group: pulumi.Input<string>;
    readonly service: "oke-k8s-cp-prod" | "flowlogs" | "objectstorage";
    readonly category: string;
    readonly of: pulumi.Input<string>;
    readonly days: number;
  },
  child: OciChild,
): Log =>
  new Log(
    name,
    {
      displayName: name,
      logGroupId: args.group,
      logType: "SERVICE",
      isEnabled: true,
      retentionDuration: args.days,
      configuration: {
        source: {
          sourceType: "OCISERVICE",
          service: args.service,
          category: args.category,
          resource: args.of,
        },
      },
    },
    child,
  );
