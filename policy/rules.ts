import type { Rule } from "./rule.ts";
import * as clouds from "./rules/clouds.ts";
import * as dapr from "./rules/dapr.ts";
import * as data from "./rules/data.ts";
import * as deliveries from "./rules/deliveries.ts";
import * as exposure from "./rules/exposure.ts";
import * as images from "./rules/images.ts";
import * as kafka from "./rules/kafka.ts";
import * as namespaces from "./rules/namespaces.ts";
import * as network from "./rules/network.ts";
import * as pods from "./rules/pods.ts";
import * as scaling from "./rules/scaling.ts";
import * as secrets from "./rules/secrets.ts";
import { topicsSurviveABroker } from "./rules/topics.ts";
import * as workloads from "./rules/workloads.ts";

/** Every rule of the pack. What the files of these groups export is rules and nothing else. */
export const rules: readonly Rule[] = [
  ...[pods, namespaces, images, secrets, exposure, network].flatMap(rulesOf),
  ...[dapr, deliveries, kafka, workloads, scaling, data, clouds].flatMap(rulesOf),
  topicsSurviveABroker,
];

function rulesOf(group: Readonly<Record<string, Rule>>): Rule[] {
  return Object.values(group);
}
