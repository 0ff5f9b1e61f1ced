import type { Distribution } from "./distribution.ts";

/** A row of section 8 of the specification. */
export type Row = {
  readonly what: string;
  /** The figure that it judges, and which of its statistics. */
  readonly figure: string;
  readonly statistic: Exclude<keyof Distribution, "n">;
  readonly better: "more" | "less";
  readonly unit: "ms" | "/s" | "messages";
  readonly floor: number;
  readonly aim: number;
  /** Whether the specification sees it beside what the bare insert does. */
  readonly besideBare?: true;
};

/** What floors and aims have beside them: Hono and the insert alone, on the machine they are for. */
export const bareInsert = { figure: "beside: bare insert", reference: 9_000 } as const;

const more = { better: "more", unit: "/s", statistic: "mean" } as const;
const less = { better: "less", unit: "ms" } as const;

export const rows: readonly Row[] = [
  {
    ...more,
    what: "create through the whole system, outbox and lag flat",
    figure: "create sustained",
    floor: 400,
    aim: 2_000,
    besideBare: true,
  },
  {
    ...more,
    what: "create, burst, everything delivered afterwards",
    figure: "create burst",
    floor: 1_000,
    aim: 5_000,
    besideBare: true,
  },
  {
    ...less,
    what: "API latency p95 under the sustained load",
    figure: "create sustained: latency",
    statistic: "p95",
    floor: 500,
    aim: 30,
  },
  {
    ...less,
    what: "publish through the sidecar, p95 at 200/s",
    figure: "publish through the sidecar",
    statistic: "p95",
    floor: 50,
    aim: 15,
  },
  {
    ...more,
    what: "outbox relay, one process, order kept",
    figure: "relay",
    floor: 2_600,
    aim: 10_000,
  },
  {
    ...more,
    what: "consumer effects, one consumer",
    figure: "consumer effects",
    floor: 700,
    aim: 3_000,
  },
  {
    ...less,
    what: "commit to consumer effect, p95 at 200/s",
    figure: "commit to effect",
    statistic: "p95",
    floor: 1_000,
    aim: 60,
  },
  {
    ...less,
    what: "reminder lateness p99",
    figure: "reminder lateness",
    statistic: "p99",
    floor: 60_000,
    aim: 1_000,
  },
  {
    ...less,
    what: "WebSocket: change to every client, p99, 500 connections",
    figure: "websocket fan-out",
    statistic: "p99",
    floor: 2_000,
    aim: 200,
  },
  {
    ...less,
    what: "consumer lag under the sustained load",
    figure: "create sustained: lag",
    statistic: "max",
    unit: "messages",
    floor: 1_000,
    aim: 100,
  },
  {
    ...less,
    what: "service cold start to ready",
    figure: "cold start",
    statistic: "p50",
    floor: 2_000,
    aim: 300,
  },
  {
    ...less,
    what: "`pulumi preview` of the whole dev stack, warm",
    figure: "preview of dev",
    statistic: "p50",
    floor: 30_000,
    aim: 5_000,
  },
  {
    ...less,
    what: "`npm start`, warm toolchain, nothing running",
    figure: "npm start",
    statistic: "p50",
    floor: 60_000,
    aim: 15_000,
  },
];

/** What a figure must reach. */
export function floorOf(figure: string): number {
  const row = rows.find((one) => one.figure === figure);
  if (!row) throw new Error(`the specification says nothing of ${figure}`);
  return row.floor;
}
