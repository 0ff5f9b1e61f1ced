export type KafkaPropertiesArgs = {
  /** Where clients reach it; by default this machine alone. */
  readonly host?: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Where the broker keeps its data. */
  readonly data: string;
  readonly adminName: string;
  readonly adminPassword: string;
};

/**
 * The configuration of a single broker that is its own controller: every listener
 * authenticated, nothing allowed but to the admin and by access lists.
 */
export function kafkaProperties(args: KafkaPropertiesArgs): string {
  const { host = "127.0.0.1", port, controllerPort, data, adminName, adminPassword } = args;
  const login = `username="${adminName}" password="${adminPassword}"`;
  const module = "org.apache.kafka.common.security";
  const properties: Record<string, string | number> = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `CLIENT://${host}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `CLIENT://${host}:${port}`,
    "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENT",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    // The credentials of SCRAM are kept by the controller itself, which therefore takes PLAIN.
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.plain.sasl.jaas.config": `${module}.plain.PlainLoginModule required ${login} user_${adminName}="${adminPassword}";`,
    "listener.name.client.scram-sha-512.sasl.jaas.config": `${module}.scram.ScramLoginModule required ${login};`,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": `User:${adminName}`,
    "log.dirs": data,
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 5,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 5,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    // After a kill the controller waits for the dead broker's session to end before it lets the new
    // one in: 12 s by default, which were most of a restart.
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    // With one consumer a group there is nobody to wait for.
    "group.initial.rebalance.delay.ms": 0,
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;
}

/** Logging of the broker to standard output: what it does, without its settings line by line. */
export const kafkaLogging = `${[
  "status=error",
  "appender.out.type=Console",
  "appender.out.name=out",
  "appender.out.layout.type=PatternLayout",
  "appender.out.layout.pattern=%d{ISO8601} %-5p %m (%c{1})%n%throwable",
  "rootLogger.level=info",
  "rootLogger.appenderRef.out.ref=out",
  "logger.config.name=org.apache.kafka.common.config",
  "logger.config.level=warn",
].join("\n")}\n`;
