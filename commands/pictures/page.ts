import { topics } from "#apps/contracts/topics.ts";
import { planPorts } from "#infra/host/port-plan.ts";
import { readConfig } from "#stacks/config.ts";
import { applicationMap, callPicture, eventPicture, topicTable } from "./contract-pictures.ts";
import { loadProgram, recordStackFile, type StackFile, stackFiles } from "./stack-files.ts";
import { clusterPicture, localPicture } from "./stack-picture.ts";

/** The page of pictures, relative to the repository. */
export const pageFile = "docs/architecture.md";

/** The whole page, made of the contracts and of the stacks whose files are in `folder`. */
export async function architecturePage(folder: string): Promise<string> {
  const services = applicationMap();
  const sections = [
    "<!-- Made by `npm run release`; not to be edited here. -->",
    "# Architecture",
    "Made of `apps/contracts` and of what the program registers for the stacks of this repository.",
    "## Who publishes and who consumes",
    "The word on an arrow is how the effect meets its event; what is ephemeral (dotted) has no dead " +
      "letter. Every message's key is the user's id.",
    eventPicture(services, topics),
    topicTable(services, topics),
    "## Who calls whom",
    "Requests from outside come through the gateway, by path. Calls between services go from sidecar " +
      "to sidecar, with mTLS; no other call is let through.",
    callPicture(services),
  ];
  for (const file of stackFiles(folder)) {
    sections.push(`## The stack \`${file.name}\``, await stackSection(file, folder));
  }
  return `${sections.join("\n\n")}\n`;
}

async function stackSection(file: StackFile, clone: string): Promise<string> {
  const services = applicationMap();
  if (file.values["todo-evolution:target"] !== "local") {
    const recorded = await recordStackFile(file, await loadProgram(clone));
    const isCluster = file.values["todo-evolution:target"] === "cluster";
    return clusterPicture(recorded, isCluster ? {} : services);
  }
  // Where somebody moved the ports of a clone, the picture stays.
  const { "todo-evolution:portBase": _, ...values } = file.values;
  const config = readConfig(values);
  if (config.target !== "local") throw new Error(`${file.name} is not local`);
  return localPicture(planPorts(config.portBase), config.replicas, services);
}
