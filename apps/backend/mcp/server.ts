import type { McpServer, StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import type { Logger } from "pino";
import type { z } from "zod";
import { loggedProblem } from "#apps/kit/http/problem.ts";
import { jsonSchemaOf } from "#apps/kit/openapi/document.ts";
import type { Actor } from "../change-record.ts";
import type { Tool } from "./tools.ts";

/** Who calls the tools, and where what goes wrong is written down. */
export type Caller = { readonly actor: Actor; readonly log: Logger };

// Its own package takes longer to load than all else of the service: when somebody asks for it.
const sdk = () => import("@modelcontextprotocol/server");

const instructions =
  "The user's own todo list. Every change is at once on their other devices. Find ids with " +
  "list_tasks before you change anything; times are RFC 3339 in UTC.";

/**
 * Answers requests of the Model Context Protocol, each by a server of its own: nothing is kept
 * between two of them, so that any replica can answer. Nothing is streamed and nobody is told of
 * changes: the tools are always the same.
 */
export function createMcpAnswerer(tools: readonly Tool[]) {
  const wired = tools.map((tool) => ({
    ...tool,
    inputSchema: wireSchema(tool.input),
    outputSchema: wireSchema(tool.output),
  }));

  function register(server: McpServer, { actor, log }: Caller): McpServer {
    for (const { name, run, input: _, output: __, ...config } of wired) {
      server.registerTool(name, config, async (input) => {
        try {
          const structuredContent = (await run(input as never, actor)) as Record<string, unknown>;
          // The same as text, for clients that know no other.
          const text = JSON.stringify(structuredContent);
          return { content: [{ type: "text", text }], structuredContent };
        } catch (error) {
          return { content: [{ type: "text", text: adviceOn(error, log) }], isError: true };
        }
      });
    }
    return server;
  }

  return async (request: Request, body: unknown, caller: Caller): Promise<Response> => {
    const { createMcpHandler, McpServer } = await sdk();
    const serve = () =>
      register(
        new McpServer(
          { name: "todo-evolution", title: "Todo Evolution", version: "1.0.0" },
          { instructions, capabilities: { tools: { listChanged: false } } },
        ),
        caller,
      );
    const handler = createMcpHandler(serve, {
      maxSubscriptions: 0,
      keepAliveMs: 0,
      onerror: (error) => caller.log.debug({ error: error.message }, "an MCP request was refused"),
    });
    return handler.fetch(request, { parsedBody: body });
  };
}

/** What to do about a refusal, for who cannot look at a status. */
const remedies: Readonly<Record<number, string>> = {
  404: "list_tasks gives the ids of the tasks that there are",
  412: "read the task with get_task and decide again by what it is now",
  503: "nothing was changed; try again in a moment",
};

function adviceOn(error: unknown, log: Logger): string {
  const { status, message } = loggedProblem(error, log);
  const remedy = remedies[status];
  return remedy ? `${message}; ${remedy}` : message;
}

/** A schema by which the SDK checks, and which it shows in the short form of our OpenAPI. */
function wireSchema(schema: z.ZodObject): StandardSchemaWithJSON {
  const shown: { input?: Record<string, unknown>; output?: Record<string, unknown> } = {};
  const show = (io: "input" | "output") => () => {
    shown[io] ??= { ...jsonSchemaOf(schema, io) };
    return shown[io];
  };
  return {
    "~standard": {
      ...schema["~standard"],
      jsonSchema: { input: show("input"), output: show("output") },
    },
  } as StandardSchemaWithJSON;
}
