import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect } from "vitest";
import type { User } from "./client.ts";
import { baseUrl } from "./client.ts";

/** An assistant of a user, by the official client of MCP. */
export type Assistant = {
  readonly client: Client;
  /** What a tool answers; fails when it refuses. */
  readonly use: <Answer>(tool: string, input?: object) => Promise<Answer>;
  /** The words with which a tool refuses; fails when it does not. */
  readonly refusalOf: (tool: string, input?: object) => Promise<string>;
};

/** Connects an assistant as the README says: the address, and a header with the user's token. */
export async function assistantOf({ token }: Pick<User, "token">): Promise<Assistant> {
  const client = new Client(
    { name: "e2e", version: "1" },
    { versionNegotiation: { mode: "auto" } },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL("/mcp", baseUrl), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    }),
  );
  const call = (name: string, input: object = {}) =>
    client.callTool({ name, arguments: { ...input } });
  return {
    client,
    use: async <Answer>(name: string, input?: object) => {
      const result = await call(name, input);
      expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
      return result.structuredContent as Answer;
    },
    refusalOf: async (name, input) => {
      const result = await call(name, input);
      expect(result.isError, JSON.stringify(result.content)).toBe(true);
      return JSON.stringify(result.content);
    },
  };
}
