import * as deserialize from "@pulumi/policy/deserialize.js";
import { expect, test } from "vitest";
import { readPropertiesOnce } from "./read-once.ts";

test("the SDK reads the properties of one resource once, whatever number of policies asks", () => {
  readPropertiesOnce();
  let reads = 0;
  const properties = {
    toJavaScript: () => {
      reads += 1;
      return { spec: { replicas: 2 } };
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: the SDK does not declare what is inside it
  const { deserializeProperties } = (deserialize as any).default;
  expect(deserializeProperties(properties, false)).toEqual({ spec: { replicas: 2 } });
  expect(deserializeProperties(properties, false)).toEqual({ spec: { replicas: 2 } });
  expect(reads).toBe(1);
});
