import { existsSync } from "node:fs";
import { Refusal } from "#commands/run.ts";
import { plan } from "./plan.ts";
import { run, succeeds } from "./shell.ts";

const { netns, hostLink, nodeLink, hostAddress, nodeAddress } = plan;

/** Makes the namespace and joins it to the host, which then reaches node, pods and services. */
export function makeNetwork(): void {
  if (!existsSync(`/run/netns/${netns}`)) run("ip", ["netns", "add", netns]);
  if (!succeeds("ip", ["link", "show", hostLink])) {
    refuseTakenAddresses();
    // Its other end is made in the namespace: an interruption leaves both or neither.
    run("ip", [
      ...["link", "add", hostLink, "type", "veth"],
      ...["peer", "name", nodeLink, "netns", netns],
    ]);
  }
  run("ip", ["addr", "replace", `${hostAddress}/24`, "dev", hostLink]);
  run("ip", ["link", "set", hostLink, "up"]);
  run("ip", ["-n", netns, "addr", "replace", `${nodeAddress}/24`, "dev", nodeLink]);
  run("ip", ["-n", netns, "link", "set", nodeLink, "up"]);
  run("ip", ["-n", netns, "link", "set", "lo", "up"]);
  // Nothing answers there: kubelet only looks for a default route to know its own address.
  run("ip", ["-n", netns, "route", "replace", "default", "via", hostAddress]);
  for (const network of [plan.pods, plan.services]) {
    run("ip", ["route", "replace", network, "via", nodeAddress]);
  }
  inNamespace("sysctl", "-qw", "net.ipv4.ip_forward=1");
}

/** Runs a command in the namespace of the cluster. */
const inNamespace = (command: string, ...args: string[]): string =>
  run("nsenter", [`--net=/run/netns/${netns}`, command, ...args]);

/** Addresses, routes and rules go with the namespace and its interfaces. */
export function removeNetwork(): void {
  if (succeeds("ip", ["link", "show", hostLink])) run("ip", ["link", "del", hostLink]);
  if (existsSync(`/run/netns/${netns}`)) run("ip", ["netns", "del", netns]);
}

/** What of the network is there. */
export const networkLeftovers = (): string[] => [
  ...(existsSync(`/run/netns/${netns}`) ? [`network namespace ${netns}`] : []),
  ...(succeeds("ip", ["link", "show", hostLink]) ? [`interface ${hostLink}`] : []),
  ...run("ip", ["route", "show"])
    .split("\n")
    .filter((line) => line.startsWith(plan.pods) || line.startsWith(plan.services))
    .map((line) => `route ${line.trim()}`),
];

function refuseTakenAddresses(): void {
  const prefix = plan.nodeNetwork.split(".").slice(0, 2).join(".");
  const taken = run("ip", ["-o", "addr"])
    .split("\n")
    .find((line) => line.includes(` ${prefix}.`));
  if (taken) {
    throw new Refusal(
      `the addresses ${prefix}.0.0/16, which this clone's cluster would have, are in use: ` +
        `${taken.trim()}. A clone in another folder gets others.`,
    );
  }
}
