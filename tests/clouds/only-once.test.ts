import { expect, test } from "vitest";
import { refuseAnother } from "#infra/clusters/oke/only-once.ts";

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
