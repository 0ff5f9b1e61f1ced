import { expect, test } from "vitest";
import { readConfig } from "#stacks/config.ts";
import { type Choice, choices, configurationOf } from "./choices.ts";

const plain: Choice = { stack: "dev", cluster: "minikube", kafka: "strimzi", data: "cluster" };
const everyChoice = Object.entries(choices).flatMap(([name, values]) =>
  values.map((value): Choice => ({ ...plain, [name]: value })),
);

test.each(everyChoice)("$stack, $cluster, $kafka, $data: the program takes it", (choice) => {
  expect(readConfig(configurationOf(choice))).toMatchObject({
    target: "kubernetes",
    size: choice.stack,
    cluster: { kind: choice.cluster },
    kafka: { engine: choice.kafka },
    postgres: { engine: choice.data === "cluster" ? "cloudnative-pg" : "external" },
    redis: { engine: choice.data },
  });
});
