import { type Recorded, type RecordingOptions, record } from "#components/recording.ts";
import { inputFaults } from "./input-faults.ts";
import { madeUpOutputs, madeUpResult } from "./sdk-answers.ts";

/** What a program registered, and what is wrong with it by the type definitions of the SDKs. */
export type CloudRecord = {
  readonly resources: readonly Recorded[];
  readonly faults: readonly string[];
};

const clouds = /^(azure-native|gcp|oci):/;

/**
 * Runs a program as `record` does, under providers of clouds that answer by the type definitions of
 * their SDKs, and checks the inputs of every resource of a cloud against these.
 */
export async function recordCloud(
  program: () => unknown,
  options: RecordingOptions = {},
): Promise<CloudRecord> {
  const resources = await record(program, {
    ...options,
    outputs: (type, name, inputs) => ({
      ...(clouds.test(type) && madeUpOutputs(type, name, inputs)),
      ...options.outputs?.(type, name, inputs),
    }),
    answers: (token, inputs) => ({
      ...(clouds.test(token) ? madeUpResult(token) : inputs),
      ...options.answers?.(token, inputs),
    }),
  });
  return { resources, faults: resources.filter(isOfCloud).flatMap(inputFaults) };
}

/** The inputs of a component of Dapr in a stack, its metadata by name. */
export function componentOf({ resources }: CloudRecord, name: string) {
  const found = resources.find((one) => one.name === `component-${name}`);
  const metadata: { name: string }[] = found?.inputs.spec.metadata ?? [];
  return { ...found?.inputs, metadata: new Map(metadata.map((one) => [one.name, one])) };
}

// A provider's own configuration is no resource of the cloud.
const isOfCloud = ({ type, custom }: Recorded): boolean =>
  custom && clouds.test(type) && !type.startsWith("pulumi:");
