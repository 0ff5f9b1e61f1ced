import type { AppId } from "#apps/contracts/services.ts";
import { appIds } from "#apps/contracts/services.ts";

/** The image that brings servers elsewhere into line. */
export const provisionImage = "provision";

/** Every image that a stack builds, by its name. */
export const imagesOfStack = (): (AppId | typeof provisionImage)[] => [...appIds, provisionImage];
