/** A box of a flowchart; `shape` tells what it is without a colour. */
export type Node = {
  readonly id: string;
  /** Lines of its label. */
  readonly label: readonly string[];
  readonly shape?: "box" | "round" | "queue" | "store";
};

/** Boxes that stand in one place. */
export type Group = { readonly title: string; readonly nodes: readonly Node[] };

export type Edge = {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** Dotted: what happens only at times. */
  readonly dotted?: boolean;
};

export type Chart = {
  readonly direction: "LR" | "TB";
  readonly groups: readonly Group[];
  readonly edges: readonly Edge[];
};

/**
 * A Mermaid flowchart as a fenced block, which GitHub draws. A group without a title stands free.
 * @throws when an edge names no node: a picture that leaves something out would be believed
 */
export function flowchart({ direction, groups, edges }: Chart): string {
  const known = new Set(groups.flatMap(({ nodes }) => nodes.map(({ id }) => id)));
  for (const end of edges.flatMap(({ from, to }) => [from, to])) {
    if (!known.has(end)) throw new Error(`an edge of the picture names ${end}, which is not in it`);
  }
  const lines = [
    ...groups.filter(({ nodes }) => nodes.length > 0).flatMap(groupLines),
    ...edges.map(edgeLine),
  ];
  return ["```mermaid", `flowchart ${direction}`, ...lines.map((it) => `  ${it}`), "```"].join(
    "\n",
  );
}

const groupLines = ({ title, nodes }: Group, index: number): string[] =>
  title === ""
    ? nodes.map(nodeLine)
    : [
        `subgraph group${index}["${quoted(title)}"]`,
        ...nodes.map((node) => `  ${nodeLine(node)}`),
        "end",
      ];

const shapes = {
  box: ["[", "]"],
  round: ["([", "])"],
  queue: ["[/", "/]"],
  store: ["[(", ")]"],
} as const;

function nodeLine({ id, label, shape = "box" }: Node): string {
  const [open, close] = shapes[shape];
  return `${idOf(id)}${open}"${label.map(quoted).join("<br>")}"${close}`;
}

function edgeLine({ from, to, label, dotted }: Edge): string {
  const arrow = dotted ? "-.->" : "-->";
  const text = label === undefined ? "" : `|"${quoted(label)}"|`;
  return `${idOf(from)} ${arrow}${text} ${idOf(to)}`;
}

/** Words as `end` mean something to Mermaid, so that every id gets a letter before it. */
const idOf = (text: string): string => `n_${text.replaceAll(/[^A-Za-z0-9]/g, "_")}`;

/** `#` begins an entity in a label. */
const quoted = (text: string): string =>
  text.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("<", "#lt;");
