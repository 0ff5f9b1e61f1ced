/** Shows one line per program; times are elapsed time since its start. */
export type Progress = {
  /** A program that needed no work, or a remark about one. */
  readonly say: (label: string, text: string) => void;
  /** Starts the clock of a slow one; call the answer when it is done, or failed. */
  readonly start: (label: string, doing: string) => (result: string) => void;
};

/** A stream that can redraw its last line. */
export type Live = { readonly write: (text: string) => unknown };

const clearLine = "\r\u001b[K";

/**
 * With `live` (a terminal) a running line shows the elapsed times; without, a line tells when
 * something slow starts, and again every 30 s.
 */
export function createProgress(log: (line: string) => void, live?: Live): Progress {
  const running = new Map<string, { doing: string; since: number }>();
  const ticks = live ? 1_000 : 30_000;
  let timer: NodeJS.Timeout | undefined;

  const print = (label: string, text: string) => {
    live?.write(clearLine);
    log(line(label, text));
  };
  const tick = () => {
    const texts = [...running].map(([label, { doing, since }]) => [
      label,
      `${doing} ${elapsed(since)}`,
    ]);
    if (live) live.write(`${clearLine}  ${texts.map((pair) => pair.join(" ")).join(" · ")}`);
    else for (const [label = "", text = ""] of texts) log(line(label, text));
  };
  return {
    say: print,
    start: (label, doing) => {
      const since = Date.now();
      running.set(label, { doing, since });
      if (!live) print(label, doing);
      timer ??= setInterval(tick, ticks).unref();
      return (result) => {
        running.delete(label);
        print(label, `${result} ${elapsed(since)}`);
        if (running.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

/** A duration since a time, such as `4s` or `2m 05s`. */
function elapsed(since: number, now = Date.now()): string {
  const seconds = Math.round((now - since) / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m ${String(seconds % 60).padStart(2, "0")}s`;
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(30)} ${text}`;
}
