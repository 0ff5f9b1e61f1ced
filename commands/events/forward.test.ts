import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { lookupOfPods } from "./forward.ts";

const port = 29_093;
const lookup = lookupOfPods(async (pod, to, socket) => {
  if (pod === "gone-0") throw new Error("there is no such pod");
  socket.end(`${pod} at ${to}`);
}, port);

async function said(host: string): Promise<string> {
  const socket = connect({ host, port, lookup });
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "close");
  return text;
}

test("each broker is reached by its name in the cluster, on the one port that all have", async () => {
  const names = ["todo-node-0", "todo-node-1"].map((pod) => `${pod}.todo-kafka-brokers.todo.svc`);
  expect(await Promise.all([...names, ...names].map(said))).toEqual([
    ...["todo-node-0 at 29093", "todo-node-1 at 29093"],
    ...["todo-node-0 at 29093", "todo-node-1 at 29093"],
  ]);
});

test("a pod that cannot be reached ends the connection instead of leaving it to wait", async () => {
  expect(await said("gone-0.todo.svc")).toBe("");
});
