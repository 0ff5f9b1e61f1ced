import { randomBytes } from "node:crypto";
import type { ResourceType } from "./resource.ts";

/** Inputs of a `Password`. */
export interface PasswordInputs {
  readonly length?: number;
}

/** A secret made once, by the machine's random source. */
export const passwordType: ResourceType<PasswordInputs> = {
  outputs: ["value"],
  replaceOn: ["length"],

  check(_olds, news) {
    const { length = 32 } = news;
    const valid = Number.isInteger(length) && length >= 16 && length <= 256;
    const reason = `${length} must be a whole number of bytes from 16 to 256`;
    return { inputs: news, failures: valid ? [] : [{ property: "length", reason }] };
  },

  async create({ length = 32 }) {
    return { id: "password", outputs: { value: randomBytes(length).toString("base64url") } };
  },

  async update({ outputs }) {
    return outputs;
  },

  async delete() {},
};
