import { Agent, request } from "node:https";
import type { KubernetesObject } from "#commands/render/objects.ts";
import type { ApiServer } from "../api-server.ts";

/** What the API server said to one request. */
export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any object, or a Status
  readonly body: any;
  /** What it let pass but does not like. */
  readonly warnings: readonly string[];
};

/** Whether an object would be taken, and if not, why. */
export type Verdict =
  | { readonly kind: "accepted"; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly reason: string }
  /** The server serves no such kind: no CRD of it is installed. */
  | { readonly kind: "unknown" };

type Served = { readonly plural: string; readonly namespaced: boolean };

/** Talks to one API server over connections that stay open. */
export class ApiClient {
  private readonly server: Pick<ApiServer, "url" | "token" | "certificate">;
  private readonly agent: Agent;
  private readonly groups = new Map<string, Promise<ReadonlyMap<string, Served>>>();

  constructor(server: Pick<ApiServer, "url" | "token" | "certificate">) {
    this.server = server;
    this.agent = new Agent({ keepAlive: true, maxSockets: 8, ca: server.certificate });
  }

  /** Applies an object with strict validation of fields, without keeping it. */
  async dryRun(object: KubernetesObject): Promise<Verdict> {
    const path = await this.pathOf(object);
    if (path === undefined) return { kind: "unknown" };
    const query = "dryRun=All&fieldValidation=Strict&fieldManager=test&force=true";
    return verdictOf(await this.call("PATCH", `${path}?${query}`, object));
  }

  /** Applies an object for good. */
  async apply(object: KubernetesObject): Promise<Verdict> {
    const path = await this.pathOf(object);
    if (path === undefined) return { kind: "unknown" };
    return verdictOf(await this.call("PATCH", `${path}?fieldManager=test&force=true`, object));
  }

  /** One request; a body goes as server-side apply. */
  call(method: "GET" | "PATCH", path: string, body?: object): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.server.token}`,
      accept: "application/json",
      ...(body && { "content-type": "application/apply-patch+yaml" }),
    };
    return new Promise((settle, fail) => {
      const call = request(
        new URL(path, this.server.url),
        { method, headers, agent: this.agent },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (part) => {
            text += part;
          });
          answer.once("error", fail);
          answer.once("end", () => {
            const warnings = [answer.headers.warning ?? []].flat().flatMap(warningTexts);
            settle({ status: answer.statusCode ?? 0, body: parse(text), warnings });
          });
        },
      );
      call.once("error", fail);
      call.end(body && JSON.stringify(body));
    });
  }

  /** Whether the server serves this kind now, and whether its objects stand in a namespace. */
  async served({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">) {
    const known = this.groups.get(apiVersion) ?? this.discover(apiVersion);
    this.groups.set(apiVersion, known);
    return (await known).get(kind);
  }

  close(): void {
    this.agent.destroy();
  }

  private async pathOf(object: KubernetesObject): Promise<string | undefined> {
    const served = await this.served(object);
    if (served === undefined) return undefined;
    const { name, namespace } = object.metadata;
    const place = served.namespaced ? `/namespaces/${namespace}` : "";
    return `${groupPath(object.apiVersion)}${place}/${served.plural}/${name}`;
  }

  private async discover(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const { status, body } = await this.call("GET", groupPath(apiVersion));
    if (status !== 200) return new Map();
    const resources = body.resources as { name: string; kind: string; namespaced: boolean }[];
    return new Map(
      resources
        .filter(({ name }) => !name.includes("/"))
        .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
    );
  }
}

/** As `/apis/apps/v1`. */
export const groupPath = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

const verdictOf = ({ status, body, warnings }: Answer): Verdict =>
  status >= 200 && status < 300
    ? { kind: "accepted", warnings }
    : { kind: "refused", reason: `${status}: ${body?.message ?? JSON.stringify(body)}` };

/** A header of warnings: `299 - "text"`, several after commas. */
const warningTexts = (header: string): string[] =>
  [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text as string);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
