import { gatewayFactsOf } from "#apps/contracts/gateway.ts";
import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { createApp } from "./app.ts";
import { openAssets } from "./assets.ts";
import { startGateway } from "./gateway.ts";

const runtime = createRuntime("web", services.web);
const { env, log } = runtime;

const where = gatewayFactsOf(env.GATEWAY);
const gateway =
  where &&
  startGateway({
    ...where,
    host: env.HOST,
    log,
    onError: (error) => {
      log.fatal({ error: error.message }, "the gateway cannot listen");
      process.exit(1);
    },
  });
gateway?.listening.then((port) => log.info({ port }, "gateway listening"));

const assets = openAssets(env.PAGE_FOLDER);
runtime.run(createApp({ ...runtime, assets }), gateway);
