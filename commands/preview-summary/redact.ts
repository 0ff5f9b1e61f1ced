import { isReference, namesSecret } from "#policy/rules/secret-names.ts";
import type { Preview } from "./preview.ts";

/** Shorter values would blot out words that only look like them. */
const shortestSecret = 8;

/** What stands in a comment where a secret stood. */
export const redacted = "[redacted]";

/** What is a secret wherever it stands, whatever it is called. */
const patterns = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Three parts of a JSON Web Token.
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(ghp|gho|ghs|ghu|github_pat|pul|AKIA|xox[abp])[-_]?[A-Za-z0-9_]{16,}/g,
  /(?<=\b(authorization|bearer|basic)["']?[ :=]+["']?)(?!bearer|basic)[\w+/.=-]{12,}/gi,
];
const inUrls = /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/gi;
const settings =
  /(?<name>[A-Za-z][\w.-]*)(?<sign>["']?[ \t]*[:=][ \t]*["']?)(?<value>[^\s"',;}\]]+)/g;

export type Redactor = {
  /** Without known values and what looks like a secret: for a text of ours. */
  readonly clean: (text: string) => string;
  /** Also without what `name=value` says to be one: for what others say. */
  readonly cleanWords: (text: string) => string;
};

/**
 * Takes secrets out of texts: these values, and what looks like one. The engine hides what it knows to be secret; this is for what
 * it was not told of, as a password in the message of somebody else's provider.
 */
export function redactor(values: Iterable<string>): Redactor {
  const known = [...new Set(values)]
    .filter((value) => value.length >= shortestSecret)
    // The longer first: one may be a part of another.
    .sort((one, other) => other.length - one.length);
  const clean = (text: string): string => {
    let left = text;
    for (const value of known) left = left.replaceAll(value, redacted);
    for (const pattern of [...patterns, inUrls]) left = left.replaceAll(pattern, redacted);
    return left;
  };
  const cleanWords = (text: string): string =>
    clean(text).replaceAll(settings, (whole, ...rest) => {
      const { name, sign, value } = rest.at(-1);
      return namesSecret(name) && !value.startsWith("[") && value.length >= shortestSecret
        ? `${name}${sign}${redacted}`
        : whole;
    });
  return { clean, cleanWords };
}

/** Values among the inputs of a preview that are secrets by their name or their place. */
export function secretsOf({ steps }: Preview): string[] {
  const found: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string") {
      if (namesSecret(name) && !isReference(value)) found.push(value);
      else if (/^[{[]/.test(value)) visitJson(value);
    } else if (Array.isArray(value)) {
      for (const one of value) visit(one, name);
    } else if (typeof value === "object" && value !== null) {
      // What says where a secret is has it as `passwordSecret: { name, key }`: no value of its own.
      for (const [key, inner] of Object.entries(value)) visit(inner, key);
    }
  };
  const visitJson = (text: string): void => {
    try {
      visit(JSON.parse(text), "");
    } catch {
      // Only looked like it.
    }
  };
  for (const { type, before, after } of steps) {
    for (const state of [before, after]) {
      visit(state?.inputs ?? {}, "");
      if (type === "kubernetes:core/v1:Secret") found.push(...keptIn(state?.inputs ?? {}));
    }
  }
  // Names of resources are shown; a value that is one as well gives nothing away.
  const names = new Set(steps.map(({ name }) => name));
  return found.filter((value) => !names.has(value));
}

/** What a Secret keeps, where the engine was not told that it is one; a message would show it decoded. */
function keptIn({ data, stringData }: Readonly<Record<string, unknown>>): string[] {
  const texts = (map: unknown): string[] =>
    Object.values(map ?? {}).filter((value) => typeof value === "string");
  const encoded = texts(data);
  const decoded = encoded.map((value) => Buffer.from(value, "base64").toString("utf8"));
  return [...encoded, ...decoded, ...texts(stringData)];
}

/** Values of variables of this process that are secrets by their name. */
export const secretsOfEnvironment = (environment: NodeJS.ProcessEnv): string[] =>
  Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && namesSecret(name) ? [value] : [],
  );

/** The preview with everything that others say in words put through a function. */
export const withWords = (preview: Preview, by: (text: string) => string): Preview => ({
  ...preview,
  violations: preview.violations.map((it) => ({ ...it, message: by(it.message) })),
  faults: preview.faults.map((it) => ({ ...it, message: by(it.message) })),
});
