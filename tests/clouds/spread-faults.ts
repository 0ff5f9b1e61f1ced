import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "../..");
const sdk = /node_modules\/@pulumi\/(azure-native|gcp|oci)\//;

/**
 * Misspelt properties that came into the arguments of a resource by a spread. The compiler does not
 * look at these, and the SDK drops what it does not know at the top before any provider is told, so
 * that neither would ever say anything. Each fault names file, line and property.
 */
export function spreadFaults(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], optionsOf());
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return source ? faultsIn(source, checker) : [`${file} cannot be read`];
  });
}

/** The files of this program that make resources of clouds. */
export const cloudFiles = (): string[] =>
  ["infra/clusters", "infra/managed"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => join(root, folder, file)),
  );

function faultsIn(source: ts.SourceFile, checker: ts.TypeChecker): string[] {
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node) && node.properties.some(ts.isSpreadAssignment)) {
      const wanted = checker.getContextualType(node);
      const known = wanted && knownIn(wanted, checker);
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      for (const name of known ? namesIn(checker.getTypeAtLocation(node)) : []) {
        if (!known?.has(name))
          faults.push(`${source.fileName}:${line + 1}: ${name} is no property`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

/** The properties that arguments of an SDK may have; none of what is not an SDK's. */
function knownIn(wanted: ts.Type, checker: ts.TypeChecker): ReadonlySet<string> | undefined {
  const all = membersOf(checker.getNonNullableType(wanted));
  const ofSdk = all.filter(({ symbol }) =>
    symbol?.declarations?.some((one) => sdk.test(one.getSourceFile().fileName)),
  );
  // A map takes any name.
  const isMap = ofSdk.some((type) => type.getStringIndexType() !== undefined);
  if (ofSdk.length === 0 || isMap) return undefined;
  return new Set(ofSdk.flatMap((type) => type.getProperties().map(({ name }) => name)));
}

const namesIn = (type: ts.Type): string[] => [
  ...new Set(membersOf(type).flatMap((one) => one.getProperties().map(({ name }) => name))),
];

const membersOf = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type]);

function optionsOf(): ts.CompilerOptions {
  const path = join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}
