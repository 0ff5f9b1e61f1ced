import { expect, test } from "vitest";
import { choices } from "#commands/render/choices.ts";
import { recordStack } from "#commands/render/stack.ts";
import { examine } from "#policy/examine.ts";
import { pairwise } from "../manifests/pairwise.ts";

// No registry can be asked here, so the catalog of images has no digests; a stack in prod gets
// them by its configuration, and ours the tag of a build instead of a render's.
const isPlaceholder = (message: string): boolean => message.includes(":rendered,");

test.each(pairwise(choices).map((choice) => [Object.values(choice).join(" "), choice] as const))(
  "the whole stack %s keeps to every rule",
  async (_, choice) => {
    const settings = { size: choice.stack, thirdPartyImages: "version" } as const;
    const messages = examine(await recordStack(choice), settings).map(({ message }) => message);
    expect(messages.filter((message) => !isPlaceholder(message))).toEqual([]);
  },
);
