import type { ReactNode } from "react";
import type { Pages } from "./pages.ts";

export type PagesViewProps<Item> = {
  readonly pages: Pages<Item>;
  /** Shown where there is nothing to show. */
  readonly empty: ReactNode;
  /** The items that were read so far. */
  readonly children: ReactNode;
};

/** A list that is read by pages, and what there is to say and to do while it is read. */
export function PagesView<Item>({ pages, empty, children }: PagesViewProps<Item>) {
  return (
    <>
      {pages.state === "loading" && <p role="status">Reading…</p>}
      {pages.state === "failed" && (
        <div className="empty">
          <p>{pages.reason}</p>
          <button type="button" className="button" onClick={pages.again}>
            Try again
          </button>
        </div>
      )}
      {pages.state === "ready" && pages.items.length === 0 && empty}
      {children}
      {pages.hasMore && (
        <button type="button" className="button more" onClick={pages.more}>
          Show more
        </button>
      )}
    </>
  );
}
