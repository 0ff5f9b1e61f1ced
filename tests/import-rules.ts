import { readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";

/** The repository. */
export const root = new URL("../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
/** Packages that package.json declares, of whatever kind. */
export const declared = ["dependencies", "optionalDependencies", "devDependencies"].flatMap(
  (kind) => Object.keys(manifest[kind] ?? {}),
);
// An app meets Kafka through its sidecar only, and knows nothing of what stands it up.
const appLibraries = Object.keys(manifest.dependencies).filter(
  (name) =>
    !name.startsWith("@pulumi/") &&
    !["@platformatic/kafka", "smtp-server", "postal-mime"].includes(name),
);
const pulumi = ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/random"];
const infra = [...pulumi, "components", "node:*"];
// The local stack is made of the contracts and of the programs that the toolchain finds.
const host = [
  ...[...infra, "apps/contracts", "toolchain"],
  ...["postgres", "@platformatic/kafka", "yaml"],
];
// What brings a broker or a database into line is the same on a laptop and in a Job of a cluster.
const provision = "apps/provision";

type Rule = { readonly from: string; readonly values: string[]; readonly types?: string[] };

/**
 * Who may import whom: files, folders and packages, `*` for any characters. Everyone may import
 * from the own folder (for apps: the own service). The longest `from` that fits a file counts.
 */
const rules: Rule[] = [
  { from: "apps/contracts", values: ["zod"] },
  { from: "apps/contracts/release.ts", values: ["node:*", "yaml"] },
  { from: "apps/kit", values: ["apps/contracts", "node:*", ...appLibraries] },
  {
    from: "apps",
    values: ["apps/contracts", "apps/kit", "node:*", ...appLibraries],
    types: ["apps/*/app.ts"],
  },
  // Runs in a browser: no Node there, and of the services their types alone.
  {
    from: "apps/web/page",
    values: ["apps/contracts", "hono", "react", "react-dom"],
    types: ["apps/*/app.ts"],
  },
  // Not an app: it stands up what apps meet through their sidecars.
  { from: provision, values: ["node:*", "zod", "postgres", "@platformatic/kafka"] },
  {
    from: "components",
    values: [...pulumi, "apps/contracts", "yaml", "node:*"],
    types: [`${provision}/spec.ts`],
  },
  { from: "infra", values: infra, types: ["apps/contracts"] },
  {
    from: "infra/clusters",
    values: [...infra, "zod", "@kubernetes/client-node"],
    types: ["apps/contracts"],
  },
  { from: "infra/managed", values: [...infra, "zod"], types: ["apps/contracts"] },
  { from: "infra/images", values: [...infra, "apps/contracts", "toolchain", "esbuild"] },
  { from: "infra/page", values: ["node:*", "vite"] },
  { from: "infra/host", values: host },
  { from: "infra/host/mail-server", values: ["node:*", "smtp-server", "postal-mime"] },
  // A provider plugin speaks Pulumi's own protocol.
  {
    from: "infra/host/provider",
    values: [...host, provision, "@grpc/grpc-js", "google-protobuf", "@redis/client"],
  },
  {
    from: "stacks",
    values: ["components", "infra", "apps/contracts", "toolchain", ...pulumi, "zod", "node:*"],
  },
  {
    from: "commands",
    values: [
      ...["stacks", "infra", "components", "policy", "toolchain", "apps/contracts"],
      ...["@pulumi/pulumi", "@platformatic/kafka", "@kubernetes/client-node"],
      ...["yaml", "zod", "node:*"],
    ],
  },
  {
    from: "commands/ops",
    values: [
      "commands",
      "toolchain",
      "apps/contracts",
      "hono",
      "@hono/node-server",
      "node:*",
      "zod",
    ],
  },
  // Runs before anything is installed, on whatever Node there is.
  { from: "commands/bootstrap.mjs", values: ["node:*"] },
  { from: "toolchain", values: ["node:*"] },
  { from: "policy", values: ["@pulumi/policy", ...pulumi, "node:*"] },
  { from: "tests", values: ["*"] },
];

/** What a test beside its file may import besides. */
const testAids = [
  ...["vitest", "node:*", "@electric-sql/pglite", "drizzle-kit"],
  ...["@seriousme/openapi-schema-validator", "@modelcontextprotocol/client"],
  ...["apps/kit/testing", "components/testing"],
];

/** The large SDKs: each only in the files of its cloud, and those only by a dynamic import. */
const clouds = [
  { sdks: /^@pulumi\/(aws|awsx|eks)$/, files: /^infra\/(clusters\/eks|managed\/aws)\b/ },
  { sdks: /^@pulumi\/azure/, files: /^infra\/(clusters\/aks|managed\/azure)\b/ },
  { sdks: /^@pulumi\/(gcp|google-native)$/, files: /^infra\/(clusters\/gke|managed\/gcp)\b/ },
  { sdks: /^@pulumi\/oci$/, files: /^infra\/(clusters\/oke|managed\/oci)\b/ },
];

type Import = { readonly specifier: string; readonly kind: "value" | "type" | "dynamic" };

/** Everything that is wrong with the imports and exports of a file, a sentence each. */
export function faultsIn(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const faults = importsOf(file).flatMap(({ specifier, kind }) =>
    [...faultsOfForm(path, specifier), ...faultsOfTarget(path, specifier, kind)].map(
      (fault) => `${path}: "${specifier}" ${fault}`,
    ),
  );
  if (isBarrel(file)) faults.push(`${path}: only re-exports: import from where it is`);
  if (hasDefaultExport(file) && !mayHaveDefault(path)) faults.push(`${path}: has a default export`);
  if (path.split("/").includes("utils")) faults.push(`${path}: "utils" says nothing`);
  return faults;
}

function faultsOfForm(path: string, specifier: string): string[] {
  if (!/^[.#]/.test(specifier)) return [];
  const target = resolve(path, specifier);
  const isBelow = target.startsWith(`${posix.dirname(path)}/`);
  const faults = /\.(tsx?|mjs|json)$/.test(specifier) ? [] : ["lacks its file extension"];
  if (specifier.startsWith("#") && isBelow) faults.push("is near: import it relatively");
  if (specifier.startsWith(".") && homeOf(target) !== homeOf(path)) {
    faults.push(`leaves its folder: write #${target}`);
  }
  return faults;
}

function faultsOfTarget(path: string, specifier: string, kind: Import["kind"]): string[] {
  const target = resolve(path, specifier);
  const isOurs = /^[.#]/.test(specifier);
  if (!isOurs && !target.startsWith("node:") && !declared.includes(target)) {
    return ["is not declared in package.json"];
  }
  const rule = ruleOf(path);
  if (!rule && !isConfig(path)) return ["is imported from a folder that has no rule"];
  if (rule?.from === "tests" || isConfig(path)) return [];
  if (/\/testing\//.test(target) && !isForTests(path)) return ["is for tests only"];

  const cloud = clouds.find(({ sdks, files }) => (isOurs ? files : sdks).test(target));
  if (cloud && kind === "value" && !isForTests(path) && !cloud.files.test(path)) {
    return [isOurs ? "loads a cloud's SDK: import it dynamically" : "belongs into its own file"];
  }
  if (cloud?.files.test(path) || (isOurs && homeOf(target) === homeOf(path))) return [];

  const allowed = [
    ...(rule?.values ?? []),
    ...(kind === "type" ? (rule?.types ?? []) : []),
    ...(isForTests(path) ? testAids : []),
  ];
  if (allowed.some((pattern) => fits(pattern, target))) return [];
  const asType = kind !== "type" && rule?.types?.some((pattern) => fits(pattern, target));
  return [`may not be imported from ${rule?.from}${asType ? ", except as a type" : ""}`];
}

function importsOf(file: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    // `import { type A }` still loads the file (verbatimModuleSyntax), so it counts as a value.
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const isType = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      add(node.moduleSpecifier, isType ? "type" : "value");
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, "type");
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], "dynamic");
    }
    ts.forEachChild(node, visit);
  };
  const add = (node: ts.Node | undefined, kind: Import["kind"]): void => {
    if (node && ts.isStringLiteralLike(node)) imports.push({ specifier: node.text, kind });
  };
  visit(file);
  return imports;
}

const isBarrel = ({ statements }: ts.SourceFile): boolean =>
  statements.some(ts.isExportDeclaration) &&
  statements.every((one) => ts.isExportDeclaration(one) || ts.isImportDeclaration(one));

const hasDefaultExport = ({ statements }: ts.SourceFile): boolean =>
  statements.some(
    (one) =>
      ts.isExportAssignment(one) ||
      (ts.canHaveModifiers(one) &&
        one.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
      (ts.isExportDeclaration(one) &&
        one.exportClause &&
        ts.isNamedExports(one.exportClause) &&
        one.exportClause.elements.some(({ name }) => name.text === "default")),
  );

/** A path in the repository, the name of a package, or of a built-in as `node:fs`. */
function resolve(path: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
  if (specifier.startsWith("node:")) return specifier.split("/")[0] ?? "";
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

const homeOf = (path: string): string =>
  path.split("/", path.startsWith("apps/") ? 2 : 1).join("/");

const ruleOf = (path: string): Rule | undefined =>
  rules
    .filter(({ from }) => fits(from, path))
    .sort((one, other) => other.from.length - one.from.length)[0];

const fits = (pattern: string, target: string): boolean =>
  target.startsWith(`${pattern}/`) || posix.matchesGlob(target, pattern);

const isConfig = (path: string): boolean => path.endsWith(".config.ts");
// What a stack exports is whatever its target has: the engine takes that from a default export.
const mayHaveDefault = (path: string): boolean => isConfig(path) || path === "stacks/index.ts";
const isForTests = (path: string): boolean =>
  /\.(test|suite)\.ts$|\/testing\//.test(path) || path.startsWith("tests/");
