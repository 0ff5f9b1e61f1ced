import type { ExportSpan, ZipkinSpan } from "./tracer.ts";

export type ZipkinExporterOptions = {
  /** Where spans are posted to: `http://host:9411/api/v2/spans`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Called with how many spans were sent, or dropped because nobody took them. */
  readonly observe?: (outcome: "sent" | "dropped", spans: number) => void;
};

export type ZipkinExporter = {
  /** Keeps a span to be sent; never waits, never throws. */
  readonly exportSpan: ExportSpan;
  /** Sends what is kept, within 2 s, and stops. */
  readonly close: () => Promise<void>;
};

/** Spans kept at most. More than are made in a second of ordinary load; beyond it they are dropped. */
const mostKept = 4_096;
const mostPerCall = 512;
const sendEveryMs = 500;
const sendTimeoutMs = 2_000;

/** Sends spans to Zipkin, or to a collector that speaks its protocol, beside the work itself. */
export function createZipkinExporter(options: ZipkinExporterOptions): ZipkinExporter {
  const { endpoint, serviceName, observe } = options;
  const localEndpoint = { serviceName };
  let kept: ZipkinSpan[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  function later(): void {
    if (timer || sending) return;
    timer = setTimeout(() => {
      timer = undefined;
      sending = sendKept().finally(() => {
        sending = undefined;
        if (kept.length > 0) later();
      });
    }, sendEveryMs);
    timer.unref();
  }

  async function sendKept(): Promise<void> {
    const spans = kept;
    kept = [];
    if (dropped > 0) observe?.("dropped", dropped);
    dropped = 0;
    for (let from = 0; from < spans.length; from += mostPerCall) {
      const part = spans.slice(from, from + mostPerCall);
      observe?.((await post(part)) ? "sent" : "dropped", part.length);
    }
  }

  // What is not taken is dropped: traces are for looking at, and the work goes on without them.
  async function post(spans: readonly ZipkinSpan[]): Promise<boolean> {
    try {
      const response = await fetch(endpoint, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(spans.map((span) => ({ ...span, localEndpoint }))),
        signal: AbortSignal.timeout(sendTimeoutMs),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  return {
    exportSpan: (span) => {
      if (kept.length >= mostKept) {
        dropped += 1;
        return;
      }
      kept.push(span);
      later();
    },
    close: async () => {
      clearTimeout(timer);
      await sending;
      await sendKept();
    },
  };
}
