import { serve } from "#infra/host/provider/serve.ts";
import { openCloud } from "./cloud.ts";
import { placeVariable, readPlaceAt } from "./place.ts";
import { createHandlers } from "./server.ts";

// A stand-in for the provider of a cloud, which the engine starts: `main.ts <package> <engine>`.

const place = readPlaceAt(process.env[placeVariable]);
serve(createHandlers({ package: process.argv[2] ?? "", cloud: openCloud(place.folder), place }));
