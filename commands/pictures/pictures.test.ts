import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  appIds,
  contractOf,
  type ServiceContract,
  subscriptionsOf,
} from "#apps/contracts/services.ts";
import { topics } from "#apps/contracts/topics.ts";
import type { Recorded } from "#components/recording.ts";
import { callPicture, durationText, eventPicture, topicTable } from "./contract-pictures.ts";
import { flowchart } from "./mermaid.ts";
import { architecturePage, pageFile } from "./page.ts";
import { stackFiles, valuesIn } from "./stack-files.ts";
import { clusterPicture } from "./stack-picture.ts";

const clone = join(import.meta.dirname, "..", "..");
const committed = readFileSync(join(clone, pageFile), "utf8");

const bare: ServiceContract = {
  ...{ port: 1, publicPaths: [], publishes: [], subscribes: {}, invokes: {} },
  ...{ state: false, database: false, env: [] },
};
const newService = { ...bare, publicPaths: ["/new"], publishes: ["reminders"] as const };
const caller = {
  ...bare,
  subscribes: { reminders: "ephemeral" as const },
  invokes: { fresh: [{ method: "GET" as const, path: "/a" }] },
  database: true,
};
const services = { fresh: newService, caller };

describe("the page of pictures", () => {
  let page = "";
  beforeAll(async () => {
    page = await architecturePage(clone);
    // It records every stack; a busy machine takes its time for that.
  }, 300_000);

  test("is what contracts and stacks make (else: npm run pictures)", () => {
    expect(committed).toBe(page);
  });

  test("has every topic, publication, subscription and call that is declared", () => {
    for (const topic of Object.keys(topics)) expect(page).toContain(`| \`${topic}\` |`);
    const id = (text: string) => text.replaceAll("-", "_");
    for (const appId of appIds) {
      const contract = contractOf(appId);
      for (const topic of contract.publishes) {
        expect(page).toContain(`n_service_${id(appId)} --> n_topic_${id(topic)}`);
      }
      for (const [topic, effect] of subscriptionsOf(contract)) {
        expect(page).toMatch(
          new RegExp(`n_topic_${id(topic)} -\\.?->\\|"${effect}"\\| n_reader_${id(appId)}\\b`),
        );
      }
      for (const callee of Object.keys(contract.invokes)) {
        expect(page).toMatch(new RegExp(`n_${id(appId)} -->\\|"[^"]+"\\| n_${id(callee)}\\n`));
      }
    }
  });

  test("has a section for every stack that has a file", () => {
    const sections = [...page.matchAll(/^## The stack `(.+)`$/gm)].map(([, name]) => name);
    expect(sections).toEqual(stackFiles(clone).map(({ name }) => name));
    expect(sections).toEqual(expect.arrayContaining(["dev", "local", "prod"]));
  });

  test("says nothing of the machine it was made on", () => {
    expect(page).not.toContain(clone);
  });
});

describe("a service that is new in the map", () => {
  test("is in both pictures and the table without another edit", () => {
    const events = eventPicture(services, { reminders: topics.reminders });
    expect(events).toContain("n_service_fresh --> n_topic_reminders");
    expect(events).toContain('n_topic_reminders -.->|"ephemeral"| n_reader_caller');
    const calls = callPicture(services);
    expect(calls).toContain('n_gateway -->|"/new"| n_fresh');
    expect(calls).toContain('n_caller -->|"GET /a"| n_fresh');
    expect(topicTable(services, { reminders: topics.reminders })).toContain(
      "| 1 / 6 | 1 day | fresh | caller (ephemeral) |  |",
    );
  });

  test("is drawn to the data that it declares, where the stack has that", () => {
    const recorded = [
      resource("todo:postgres:External", "postgres"),
      resource("kubernetes:apps/v1:Deployment", "caller", { spec: { replicas: 4 } }),
      resource("azure-native:containerservice:ManagedCluster", "todo"),
    ];
    const picture = clusterPicture(recorded, services);
    expect(picture).toContain("n_caller --> n_postgres");
    expect(picture).toContain('n_caller["caller<br>× 4"]');
    expect(picture).not.toContain("n_kafka");
    expect(picture).not.toContain("n_gateway");
    expect(picture).toContain('"azure-native"');
    expect(picture).toContain('["todo<br>ManagedCluster"]');
  });
});

test("an edge to what is not in the picture is refused", () => {
  const nodes = [{ id: "a", label: ["a"] }];
  const chart = { direction: "LR", groups: [{ title: "", nodes }] } as const;
  expect(() => flowchart({ ...chart, edges: [{ from: "a", to: "b" }] })).toThrow(/names b/);
});

test("what a label says cannot end it", () => {
  const nodes = [{ id: "end", label: ['a"]; click #1', "<b>"] }];
  expect(flowchart({ direction: "LR", groups: [{ title: "", nodes }], edges: [] })).toContain(
    'n_end["a#quot;]; click #35;1<br>#lt;b>"]',
  );
});

test.each([
  [604_800_000, "7 days"],
  [3_600_000, "1 hour"],
  [5_400_000, "90 minutes"],
  [1_500, "1500 ms"],
])("%d ms are %s", (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text);
});

test("a stack's file is read without its kubeconfig and salt", () => {
  const text =
    "config:\n  todo-evolution:cluster:\n    kind: existing\n    kubeconfig: /mine\nencryptionsalt: v1\n";
  expect(valuesIn(text)).toEqual({
    "todo-evolution:cluster": '{"kind":"existing","kubeconfig":"/dev/null"}',
  });
});

const resource = (type: string, name: string, inputs: object = {}): Recorded => ({
  ...{ type, name, urn: `${type}::${name}`, custom: !type.startsWith("todo:"), inputs },
  ...{ parent: undefined, dependsOn: [], deletedWith: undefined, protect: false },
  ...{ retainOnDelete: false, secretOutputs: [], provider: undefined },
});
