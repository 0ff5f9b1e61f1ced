import { request } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { Refusal } from "#commands/local/run.ts";

/** Reads of a cluster's API: all that the doctor needs, and nothing that changes it. */
export type ClusterApi = {
  /** The object or list at a path of the API; `undefined` where there is none, or no such kind. */
  // biome-ignore lint/suspicious/noExplicitAny: any object of the API
  readonly get: (path: string) => Promise<any | undefined>;
  /** What is at a path as text (logs, metrics through the proxy); `undefined` where it fails. */
  readonly text: (path: string) => Promise<string | undefined>;
};

const timeoutMs = 15_000;

/**
 * Opens the API that a kubeconfig and a context name.
 * @throws Refusal when the kubeconfig or the context cannot be used
 */
export function openApi(kubeconfig: string, context: string | undefined): ClusterApi {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context)) {
      throw new Refusal(
        `the kubeconfig has no context ${context}; it has: ${known.join(", ") || "none"}`,
      );
    }
    config.setCurrentContext(context);
  }
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Refusal("the kubeconfig names no cluster: see its current-context");

  const read = async (path: string) => {
    const url = new URL(path, server);
    const options = { method: "GET", timeout: timeoutMs, headers: {} };
    await config.applyToHTTPSOptions(options);
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const call = request(url, options, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.on("error", reject);
      });
      call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)));
      call.on("error", reject);
      call.end();
    });
  };

  return {
    get: async (path) => {
      let answer: Awaited<ReturnType<typeof read>>;
      try {
        answer = await read(path);
      } catch (error) {
        throw new Refusal(
          `the cluster at ${server} does not answer (${(error as Error).message}): is it running, ` +
            "and is this the right context?",
        );
      }
      if (answer.status === 404) return undefined;
      if (answer.status === 200) return JSON.parse(answer.body);
      throw new Refusal(
        `the cluster answers GET ${path} with ${answer.status}: ${short(answer.body)}`,
      );
    },
    text: async (path) => {
      const answer = await read(path).catch(() => undefined);
      return answer?.status === 200 ? answer.body : undefined;
    },
  };
}

const short = (body: string): string => {
  try {
    return String(JSON.parse(body).message);
  } catch {
    return body.slice(0, 200);
  }
};
