import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { openCluster } from "#infra/clusters/clusters.ts";
import { refuseAnother } from "#infra/clusters/oke/only-once.ts";
import { ociAnswers, okeConfigOf } from "./oci.ts";
import { recordCloud } from "./record-cloud.ts";

test("a cluster that is there and not known is named with its id and the command that takes it in", () => {
  const there = { id: "ocid1.cluster.oc1..there", name: "todo" };
  expect(() => refuseAnother("todo", [there])).toThrow(
    /ocid1\.cluster\.oc1\.\.there.*npm run recover -- --stack .* --made "Cluster todo=ocid1\.cluster\.oc1\.\.there"/,
  );
});

test("clusters of other names are nobody's business", () => {
  expect(() => refuseAnother("todo", [{ id: "1", name: "todo2" }])).not.toThrow();
  expect(() => refuseAnother("todo", [])).not.toThrow();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A cluster under an engine, or what stands before it, that answers a hook in this way. */
const recordWhere = (code: number) =>
  recordCloud(
    async () => {
      const monitor = pulumi.runtime.getMonitor() as object;
      Object.assign(monitor, {
        registerResourceHook: (_: unknown, done: (error: Error) => void) =>
          done(Object.assign(new Error("as it is"), { code })),
      });
      await openCluster(okeConfigOf({}), { namespace: "todo", keepData: true });
    },
    { answers: ociAnswers },
  );

test("where a language host keeps hooks from the engine, that is told and the cluster is made", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const { resources } = await recordWhere(12);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("look for it"));
  const clusters = resources.filter(({ type }) => type === "oci:ContainerEngine/cluster:Cluster");
  expect(clusters).toHaveLength(1);
});

test("what else becomes of a hook ends the run", async () => {
  await expect(recordWhere(13)).rejects.toThrow("as it is");
});
