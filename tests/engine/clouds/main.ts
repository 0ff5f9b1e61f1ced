import { serve } from "#infra/host/provider/serve.ts";
import { openCloud } from "./cloud.ts";
import { readPlace } from "./place.ts";
import { createHandlers } from "./server.ts";

// A stand-in for the provider of a cloud, which the engine starts: `main.ts <package> <engine>`.

const place = readPlace();
serve(createHandlers({ package: process.argv[2] ?? "", cloud: openCloud(place.folder), place }));
