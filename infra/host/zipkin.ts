import * as pulumi from "@pulumi/pulumi";
import { backgroundNice, Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostZipkinArgs = {
  readonly stack: HostStack;
  /** Zipkin's one jar, and the java to run it with. */
  readonly jar: string;
  readonly java: string;
  readonly port: number;
};

const loopback = "127.0.0.1";
// For one machine: little memory, and compiled for a quick start rather than for peaks.
const jvm = ["-Xms32m", "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
/** About a kilobyte each; older traces make room for newer ones. */
const mostSpans = 20_000;

/** Zipkin as the rest of the stack knows it, wherever it stands. */
export type LocalZipkin = {
  /** The page for people. */
  readonly url: string;
  /** Where services and sidecars send their spans. */
  readonly endpoint: string;
};

/** Its page and its door for spans, at an address. */
export const zipkinAt = (address: string): LocalZipkin => ({
  url: new URL("/zipkin/", address).href,
  endpoint: new URL("/api/v2/spans", address).href,
});

/** Zipkin, which keeps the newest traces in memory and shows them on a page. */
export class HostZipkin extends pulumi.ComponentResource implements LocalZipkin {
  readonly url: string;
  readonly endpoint: string;

  constructor(name: string, args: HostZipkinArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Zipkin", name, {}, opts);
    const { stack, jar, java, port } = args;
    const { url, endpoint } = zipkinAt(`http://${loopback}:${port}`);
    this.url = url;
    this.endpoint = endpoint;
    new Process(
      "zipkin",
      {
        name: "zipkin",
        stackFolder: stack.folder,
        cwd: stack.folder,
        command: [
          java,
          ...jvm,
          "-XX:+ExitOnOutOfMemoryError",
          // Its own settings know a port only; the server below knows an address too.
          ...[`-Darmeria.ports[0].ip=${loopback}`, `-Darmeria.ports[0].port=${port}`],
          "-Darmeria.ports[0].protocols[0]=http",
          // Its own resolver of names opens a port on all interfaces.
          "-Dcom.linecorp.armeria.useJdkDnsResolver=true",
          ...["-jar", jar],
        ],
        env: { STORAGE_TYPE: "mem", MEM_MAX_SPANS: `${mostSpans}` },
        ports: { zipkin: port },
        nice: backgroundNice,
        // Nobody waits for it: it needs seconds, and spans that it does not take are dropped.
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
