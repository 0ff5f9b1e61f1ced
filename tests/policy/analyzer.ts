import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import rpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

const launcher = join(import.meta.dirname, "../../policy/launcher/pulumi-analyzer-policy-node");

/** Stands in the engine's protocol for what is not known before a deployment. */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource as the engine tells of it. */
export type Told = { readonly type: string; readonly name: string; readonly props: object };

/** What the pack says: the policy's name, how much it counts, and the message. */
export type Diagnostic = {
  readonly policy: string;
  readonly level: "advisory" | "mandatory";
  readonly message: string;
};

type Call<Reply> = (request: never, callback: (error: Error | null, reply: Reply) => void) => void;

/** The policy pack in a process of its own, spoken to as the engine does. */
export class Analyzer implements AsyncDisposable {
  private readonly client: InstanceType<typeof rpc.AnalyzerClient>;
  private readonly stop: () => Promise<void>;

  private constructor(port: number, stop: () => Promise<void>) {
    this.client = new rpc.AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
    this.stop = stop;
  }

  /** Starts the pack for a stack with this configuration; ends with what the pack said if it fails. */
  static async start(config: Readonly<Record<string, string>>): Promise<Analyzer> {
    const child = spawn(launcher, ["127.0.0.1:1", "."], {
      env: {
        ...process.env,
        PULUMI_PROJECT: "todo-evolution",
        PULUMI_CONFIG: JSON.stringify(config),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let told = "";
    child.stderr.on("data", (chunk) => {
      told += chunk;
    });
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const port = await Promise.race([
      new Promise<number>((resolve) =>
        createInterface(child.stdout).once("line", (line) => resolve(Number(line))),
      ),
      exited.then(() => Promise.reject(new Error(`the policy pack ended: ${told}`))),
    ]);
    return new Analyzer(port, () => {
      child.kill();
      return exited;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await this.stop();
  }

  /** Names of all policies, with how much each counts. */
  async policies(): Promise<[name: string, level: string][]> {
    const info = await this.call<messages.AnalyzerInfo>("getAnalyzerInfo", new empty.Empty());
    return info
      .getPoliciesList()
      .map((policy) => [policy.getName(), levelOf(policy.getEnforcementlevel())]);
  }

  /** What `--policy-pack-config` gives to a policy. */
  async configure(policy: string, properties: Record<string, string>): Promise<void> {
    const request = new messages.ConfigureAnalyzerRequest();
    const config = new messages.PolicyConfig();
    config.setEnforcementlevel(messages.EnforcementLevel.MANDATORY);
    config.setProperties(struct.Struct.fromJavaScript(properties));
    request.getPolicyconfigMap().set(policy, config);
    await this.call("configure", request);
  }

  /** The pack's word on one resource, before it is made. */
  async analyze(told: Told): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeRequest();
    fill(request, told);
    return diagnosticsOf(await this.call<messages.AnalyzeResponse>("analyze", request));
  }

  /** The pack's word on all, with what has become of them. */
  async analyzeStack(all: readonly Told[]): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(
      all.map((told) => {
        const resource = new messages.AnalyzerResource();
        fill(resource, told);
        return resource;
      }),
    );
    return diagnosticsOf(await this.call<messages.AnalyzeResponse>("analyzeStack", request));
  }

  private call<Reply>(method: keyof typeof this.client, request: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = this.client[method].bind(this.client) as unknown as Call<Reply>;
      call(request as never, (error, reply) => (error ? reject(error) : resolve(reply)));
    });
  }
}

function fill(message: messages.AnalyzeRequest | messages.AnalyzerResource, told: Told): void {
  message.setType(told.type);
  message.setName(told.name);
  message.setUrn(`urn:pulumi:dev::todo-evolution::${told.type}::${told.name}`);
  message.setProperties(struct.Struct.fromJavaScript(told.props as Record<string, string>));
  const options = new messages.AnalyzerResourceOptions();
  options.setCustomtimeouts(new messages.AnalyzerResourceOptions.CustomTimeouts());
  message.setOptions(options);
}

const diagnosticsOf = (response: messages.AnalyzeResponse): Diagnostic[] =>
  response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: levelOf(diagnostic.getEnforcementlevel()),
    message: diagnostic.getMessage(),
  }));

const levelOf = (level: number): Diagnostic["level"] =>
  level === messages.EnforcementLevel.MANDATORY ? "mandatory" : "advisory";
