import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import { topicSpecs } from "#components/kafka/topics.ts";
import type { LocalKafka } from "./kafka-contents.ts";
import { kafkaContents } from "./kafka-contents.ts";
import { kafkaLogging, kafkaProperties } from "./kafka-properties.ts";
import { Password } from "./password.ts";
import { Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostKafkaArgs = {
  readonly stack: HostStack;
  /** The folder with the broker's jars, and the java to run them with. */
  readonly home: string;
  readonly java: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly size: StackSize;
};

const mechanism = "SCRAM-SHA-512";
const adminName = "admin";
// A broker for one machine: little memory, and compiled for a quick start rather than for peaks.
const jvm = ["-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** One Kafka broker (KRaft) with SASL/SCRAM, the topics of the contracts, and a user per service. */
export class HostKafka extends pulumi.ComponentResource implements LocalKafka {
  readonly brokers: string;
  // The newest that the sidecar's client knows.
  readonly version = "3.9.0";
  readonly admin: LocalKafka["admin"];
  readonly passwords: LocalKafka["passwords"];
  readonly ready: LocalKafka["ready"];

  constructor(name: string, args: HostKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Kafka", name, {}, opts);
    const child = { parent: this };
    const { stack, home, java, port, controllerPort } = args;

    const password = new Password("kafka-admin", {}, child).value;
    this.brokers = `127.0.0.1:${port}`;
    this.admin = { mechanism, username: adminName, password };

    const folder = join(stack.folder, "kafka");
    const data = join(stack.folder, "data", "kafka");
    const properties = join(folder, "server.properties");
    const formatArguments = join(folder, "format.args");
    const logging = join(folder, "log4j2.properties");
    const run = [
      java,
      ...jvm,
      `-Dlog4j2.configurationFile=${logging}`,
      "-cp",
      `${join(home, "libs")}/*`,
    ];
    const broker = new Process(
      "kafka",
      {
        name: "kafka",
        stackFolder: stack.folder,
        cwd: stack.folder,
        command: [...run, "kafka.Kafka", properties],
        files: {
          [logging]: kafkaLogging,
          [properties]: password.apply((adminPassword) =>
            kafkaProperties({ port, controllerPort, data, adminName, adminPassword }),
          ),
          // From a file, so that the password is on no command line.
          [formatArguments]: password.apply((value) =>
            [
              ...["format", "--cluster-id", "dG9kby1ldm9sdXRpb24wMQ", "--config", properties],
              ...["--add-scram", `${mechanism}=[name=${adminName},password=${value}]`],
            ].join("\n"),
          ),
        },
        data: { folder: data, init: [...run, "kafka.tools.StorageTool", `@${formatArguments}`] },
        ports: { kafka: port, "kafka controller": controllerPort },
        ready: { tcp: port, timeoutMs: 90_000 },
      },
      child,
    );

    const { passwords, ready } = kafkaContents(
      { brokers: [this.brokers], sasl: this.admin, generation: broker.dataId },
      topicSpecs(args.size),
      { parent: this, deletedWith: broker, dependsOn: broker },
    );
    this.passwords = passwords;
    this.ready = [broker, ...ready];
    this.registerOutputs();
  }
}
