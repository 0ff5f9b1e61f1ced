import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ContractChanges } from "./preview-summary/contract-changes.ts";
import { previewsIn, readText } from "./preview-summary/folder.ts";
import { noPreview, readPreview, reducedForm } from "./preview-summary/preview.ts";
import { secretsOfEnvironment } from "./preview-summary/redact.ts";
import { reduced } from "./preview-summary/reduce.ts";
import { refusalsOf, type SummaryArgs, summaryOf } from "./preview-summary/summary.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run preview-summary -- --preview dev=dev.jsonl --preview prod=prod.jsonl

Writes one comment in Markdown about recorded previews: what must be read before it is let through
(data that goes, partitions and retention that shrink, events that break), numbers by stack, policy
results, and what happens to what. No values of properties, no secrets, and never longer than a
comment of GitHub may be.

  --preview    <stack>=<file>, for each stack: what \`pulumi preview --event-log FILE\` wrote (with
               PULUMI_DEBUG_COMMANDS=true; policy results are in this form only), or \`--json\`
  --folder     instead: every <stack>.jsonl or <stack>.json of a folder, and its contracts.json
  --contracts  what \`npm run contract-changes\` wrote
  --title      another title than "Preview"
  --commit     the commit that was previewed, for the title
  --details    address of the whole output, for what is left out
  --out        file to write to; else standard output
  --reduce     instead of a summary, write the one preview without anything that a summary does not
               show: for another job to read, as logs of the engine have whole resources in them.
               A file that is not there stands for an engine that did not start
  --append     add to that file, as to $GITHUB_STEP_SUMMARY
  --check      end with 1 where a preview failed, a mandatory policy is violated or events break
  --help       print this`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      preview: { type: "string", multiple: true, default: [] },
      folder: { type: "string" },
      contracts: { type: "string" },
      title: { type: "string" },
      commit: { type: "string" },
      details: { type: "string" },
      out: { type: "string" },
      reduce: { type: "boolean", default: false },
      append: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const found = values.folder === undefined ? undefined : previewsIn(values.folder);
  const given = values.preview.map(named);
  const previews = [
    ...given.map(([stack, file]) =>
      values.reduce && !existsSync(file) ? noPreview(stack) : readPreview(stack, readText(file)),
    ),
    ...(found?.previews ?? []),
  ];
  const contracts = values.contracts ?? found?.contracts;
  if (previews.length === 0 && contracts === undefined) {
    throw new Refusal("--preview, --folder or --contracts is missing: there is nothing to sum up.");
  }
  const args: SummaryArgs = {
    previews,
    contracts: contracts === undefined ? undefined : (parsed(contracts) as ContractChanges),
    title: values.title,
    commit: values.commit,
    details: values.details,
    secrets: secretsOfEnvironment(process.env),
  };
  const text = values.reduce ? reducedText(args) : summaryOf(args);
  if (values.out === undefined) process.stdout.write(text);
  else (values.append ? appendFileSync : writeFileSync)(values.out, text);
  const refusals = values.check ? refusalsOf(args) : [];
  for (const refusal of refusals) console.error(`refused: ${refusal}`);
  return refusals.length > 0 ? 1 : 0;
});

function reducedText({ previews, secrets = [] }: SummaryArgs): string {
  const [preview] = previews;
  if (preview === undefined || previews.length > 1) {
    throw new Refusal("--reduce takes one preview.");
  }
  return JSON.stringify({ form: reducedForm, preview: reduced(preview, secrets) });
}

function named(text: string): [stack: string, file: string] {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) {
    throw new Refusal(`--preview ${text}: write <stack>=<file>, as dev=dev.jsonl.`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`${file} is no JSON.`);
  }
}
