import type { Cases } from "./case.ts";
import { chart, deployment, object } from "./case.ts";

const env = (name: string, value: string) => deployment({ container: { env: [{ name, value }] } });
const config = (data: object) => object("core/v1:ConfigMap", "config", { data });
const component = (entry: object) =>
  object("dapr.io/v1alpha1:Component", "kafka-pubsub", { spec: { metadata: [entry] } });
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": value });

export const secretCases: Cases = {
  "environment-has-no-secrets": {
    rejects: [
      {
        when: "a variable is a password by its name",
        resources: [env("DATABASE_PASSWORD", "hunter2")],
        says: "container backend has the value of DATABASE_PASSWORD in clear",
      },
      {
        when: "a variable is a key by its name",
        resources: [env("AWS_SECRET_ACCESS_KEY", "abc")],
        says: "AWS_SECRET_ACCESS_KEY",
      },
      {
        when: "a URL has a password in it",
        resources: [env("DATABASE_URL", "postgres://todo:hunter2@db/todo")],
        says: "DATABASE_URL",
      },
      {
        when: "an argument has a password in it",
        resources: [deployment({ container: { args: ["--password=hunter2"] } })],
        says: "has the setting password among its arguments",
      },
    ],
    accepts: [
      {
        when: "it refers to a Secret",
        resources: [
          deployment({
            container: {
              env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }],
            },
          }),
        ],
      },
      { when: "the name says where it is", resources: [env("PASSWORD_FILE", "/secrets/p")] },
      { when: "it is another variable", resources: [env("SASL_PASSWORD", "$(KAFKA_PASSWORD)")] },
      { when: "it is a number", resources: [env("TOKEN_TTL", "3600")] },
      { when: "a URL has none", resources: [env("ZIPKIN_URL", "http://zipkin:9411/api")] },
    ],
  },
  "annotations-have-no-secrets": {
    rejects: [
      {
        when: "the sidecar is given a password",
        resources: [deployment({ annotations: { "dapr.io/env": "A=b,KAFKA_PASSWORD=hunter2" } })],
        says: "gives its sidecar the value of KAFKA_PASSWORD in clear",
      },
      {
        when: "another annotation has one",
        resources: [deployment({ annotations: { note: "https://me:hunter2@example.com/" } })],
        says: "has a URL with a password in note",
      },
    ],
    accepts: [
      { when: "the sidecar is given a user and names of Secrets", resources: [deployment()] },
    ],
  },
  "config-maps-have-no-secrets": {
    rejects: [
      {
        when: "a file has a password in it",
        resources: [config({ "app.yaml": "user: todo\npassword: hunter2\n" })],
        says: "ConfigMap todo/config has the setting password under app.yaml",
      },
      {
        when: "a file is a private key",
        resources: [config({ "tls.pem": "-----BEGIN EC PRIVATE KEY-----\nMHc\n" })],
        says: "has a private key under tls.pem",
      },
      {
        when: "a file of Redis has one",
        resources: [config({ "redis.conf": "port 6379\nrequirepass hunter2\n" })],
        says: "a password of Redis",
      },
      {
        when: "an access list of Redis has one",
        resources: [config({ "users.acl": "user todo on >hunter2 ~* +@all\n" })],
        says: "a password of Redis",
      },
      {
        when: "the login of a Kafka client has one",
        resources: [config({ "c.properties": 'required username="a" password="hunter2";' })],
        says: "the setting password",
      },
      {
        when: "the key is one by its name",
        resources: [config({ "api-key": "abc" })],
        says: "has a secret by its name under api-key",
      },
    ],
    accepts: [
      {
        when: "files say where secrets are",
        resources: [
          config({
            "app.yaml": [
              ...["password_file: /secrets/p", "tokenSecretName: t", "password: $P"],
              ...["passwordKey: password", 'api_key: ""', "tokenUrl: http://a/token"],
            ].join("\n"),
          }),
        ],
      },
      {
        when: "a certificate is public",
        resources: [config({ "ca.crt": "-----BEGIN CERTIFICATE-----\nMII\n" })],
      },
      {
        when: "a dashboard is one",
        resources: [config({ "a.json": '{"title":"Tokens","expr":"rate(tokens_total[5m])"}' })],
      },
    ],
  },
  "custom-resources-have-no-secrets": {
    rejects: [
      {
        when: "a user's password is given to the operator",
        resources: [
          object("cluster.redpanda.com/v1alpha2:User", "backend", {
            spec: { authentication: { password: { value: "hunter2" } } },
          }),
        ],
        says: "User todo/backend has a secret as spec.authentication.password.value",
      },
      {
        when: "a secret of the engine goes into an object that is none",
        resources: [
          object("keda.sh/v1alpha1:ScaledObject", "a", { spec: { x: secret("hunter2") } }),
        ],
        says: "is given a secret of the engine as spec.x",
      },
    ],
    accepts: [
      {
        when: "it refers to Secrets",
        resources: [
          object("postgresql.cnpg.io/v1:Cluster", "postgres", {
            spec: {
              bootstrap: { initdb: { secret: { name: "owner" } } },
              superuserSecret: { name: "s" },
            },
          }),
          object("keda.sh/v1alpha1:TriggerAuthentication", "audit", {
            spec: { secretTargetRef: [{ parameter: "password", name: "user", key: "password" }] },
          }),
          object("cert-manager.io/v1:Certificate", "tls", {
            spec: { secretName: "tls", privateKey: { algorithm: "ECDSA" } },
          }),
        ],
      },
    ],
  },
  "chart-values-have-no-secrets": {
    rejects: [
      {
        when: "a value is a password",
        resources: [chart("grafana", { values: { grafana: { adminPassword: "hunter2" } } })],
        says: "Chart grafana has a secret as values.grafana.adminPassword",
      },
      {
        when: "a value is a secret of the engine",
        resources: [chart("grafana", { values: { a: { b: secret("hunter2") } } })],
        says: "is given a secret of the engine as values.a.b",
      },
    ],
    accepts: [
      {
        when: "values name Secrets",
        resources: [
          chart("grafana", {
            values: { admin: { existingSecret: "grafana", passwordKey: "password" }, secret: "a" },
          }),
        ],
      },
    ],
  },
  "dapr-components-refer-to-secrets": {
    rejects: [
      {
        when: "a password is in the component",
        resources: [component({ name: "saslPassword", value: "hunter2" })],
        says: "Component todo/kafka-pubsub has the value of saslPassword in clear",
      },
      {
        when: "an address has one",
        resources: [component({ name: "url", value: "redis://a:hunter2@redis:6379" })],
        says: "has the value of url in clear",
      },
    ],
    accepts: [
      {
        when: "the sidecar's environment has it",
        resources: [component({ name: "saslPassword", envRef: "KAFKA_PASSWORD" })],
      },
      {
        when: "a Secret has it",
        resources: [component({ name: "redisPassword", secretKeyRef: { name: "r", key: "p" } })],
      },
    ],
  },
  "secrets-are-encrypted": {
    rejects: [
      {
        when: "the engine knows of no secret",
        resources: [object("core/v1:Secret", "env", { stringData: { token: "abc" } })],
        says: "Secret todo/env has token in clear in the state",
      },
    ],
    accepts: [
      {
        when: "the whole is one",
        resources: [object("core/v1:Secret", "env", { stringData: secret({ token: "abc" }) })],
      },
      {
        when: "each value is one",
        resources: [object("core/v1:Secret", "env", { data: { token: secret("abc") } })],
      },
    ],
  },
};
