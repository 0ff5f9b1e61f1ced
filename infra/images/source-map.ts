/** A source map, version 3 (ECMA-426): what of it matters here. */
export type SourceMap = {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  /** Lines by ";", in them segments by ",": numbers in base 64, each relative to the one before. */
  readonly mappings: string;
};

/**
 * The same map for only some of its sources; code of the others is left unmapped. Node reads a map
 * when it starts, and that of our packages costs 250 ms and 90 MiB where that of our code costs none.
 */
export function mapOnly(map: SourceMap, keeps: (source: string) => boolean): SourceMap {
  const kept = map.sources.filter(keeps);
  const indexes = map.sources.map((source) => kept.indexOf(source));
  const was = { source: 0, line: 0, column: 0 };
  const said = { source: 0, line: 0, column: 0 };
  const lines = map.mappings.split(";").map((line) => {
    let [column, saidColumn] = [0, 0];
    let isMapped = false;
    let own = "";
    for (const segment of line ? line.split(",") : []) {
      const numbers = decode(segment);
      column += numbers[0] ?? 0;
      was.source += numbers[1] ?? 0;
      was.line += numbers[2] ?? 0;
      was.column += numbers[3] ?? 0;
      const source = numbers.length > 1 ? (indexes[was.source] ?? -1) : -1;
      const isKept = source >= 0;
      if (!isKept && !isMapped) continue;
      own += (own && ",") + encode(column - saidColumn);
      // A segment of one number says that from this column on nothing is mapped.
      if (isKept) {
        own += encode(source - said.source);
        own += encode(was.line - said.line) + encode(was.column - said.column);
        Object.assign(said, was, { source });
      }
      saidColumn = column;
      isMapped = isKept;
    }
    return own;
  });
  const mappings = lines.slice(0, lines.findLastIndex(Boolean) + 1).join(";");
  return { version: 3, sources: kept, names: [], mappings };
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Uint8Array(128);
for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;

/** Numbers of a segment: five bits a digit, the lowest first, the sign in the lowest bit of all. */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let [number, shift] = [0, 0];
  for (let index = 0; index < segment.length; index++) {
    const value = values[segment.charCodeAt(index)] ?? 0;
    number += (value & 31) << shift;
    shift += 5;
    if (value & 32) continue; // more digits follow
    numbers.push(number & 1 ? -(number >> 1) : number >> 1);
    number = 0;
    shift = 0;
  }
  return numbers;
}

function encode(number: number): string {
  let segment = "";
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  do {
    const more = rest > 31 ? 32 : 0;
    segment += digits[(rest & 31) | more];
    rest >>>= 5;
  } while (rest > 0);
  return segment;
}
