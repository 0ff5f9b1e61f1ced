import { request } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { Refusal } from "#commands/run.ts";

/** Reads of a cluster's API, which is all that the doctor needs. */
export type ClusterReader = {
  /** The object or list at a path of the API; `undefined` where there is none, or no such kind. */
  // biome-ignore lint/suspicious/noExplicitAny: any object of the API
  readonly get: (path: string) => Promise<any | undefined>;
  /** What is at a path as text (logs, metrics through the proxy); `undefined` where it fails. */
  readonly text: (path: string) => Promise<string | undefined>;
};

/** Reads of a cluster's API, and the one way in which commands change it. */
export type ClusterApi = ClusterReader & {
  /** Lays a JSON merge patch over the object at a path; false where there is none. */
  readonly patch: (path: string, change: object) => Promise<boolean>;
};

const timeoutMs = 15_000;

/**
 * Opens the API that a kubeconfig and a context name.
 * @throws Refusal when the kubeconfig or the context cannot be used
 */
export function openApi(kubeconfig: string, context: string | undefined): ClusterApi {
  const config = configOf(kubeconfig, context);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Refusal("the kubeconfig names no cluster: see its current-context");

  const call = async (method: "GET" | "PATCH", path: string, sent?: object) => {
    const url = new URL(path, server);
    const headers = sent ? { "Content-Type": "application/merge-patch+json" } : {};
    const options = { method, timeout: timeoutMs, headers };
    await config.applyToHTTPSOptions(options);
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const asked = request(url, options, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        response.on("error", reject);
      });
      asked.on("timeout", () =>
        asked.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)),
      );
      asked.on("error", reject);
      asked.end(sent && JSON.stringify(sent));
    });
  };
  const answerTo = async (method: "GET" | "PATCH", path: string, sent?: object) => {
    let answer: Awaited<ReturnType<typeof call>>;
    try {
      answer = await call(method, path, sent);
    } catch (error) {
      throw new Refusal(
        `the cluster at ${server} does not answer (${(error as Error).message}): is it running, ` +
          "and is this the right context?",
      );
    }
    if (answer.status === 404) return undefined;
    if (answer.status === 200) return answer.body;
    throw new Refusal(
      `the cluster answers ${method} ${path} with ${answer.status}: ${short(answer.body)}`,
    );
  };

  return {
    get: async (path) => {
      const body = await answerTo("GET", path);
      return body === undefined ? undefined : JSON.parse(body);
    },
    patch: async (path, change) => (await answerTo("PATCH", path, change)) !== undefined,
    text: async (path) => {
      const answer = await call("GET", path).catch(() => undefined);
      return answer?.status === 200 ? answer.body : undefined;
    },
  };
}

/**
 * What a kubeconfig says, with this context for the current one.
 * @throws Refusal when it has no such context
 */
export function configOf(kubeconfig: string, context: string | undefined): KubeConfig {
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
  return config;
}

const short = (body: string): string => {
  try {
    return String(JSON.parse(body).message);
  } catch {
    return body.slice(0, 200);
  }
};
