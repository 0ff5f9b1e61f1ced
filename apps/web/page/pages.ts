import { useCallback, useEffect, useRef, useState } from "react";
import { reasonOf } from "./api/client.ts";

export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };

export type Pages<Item> = {
  readonly items: readonly Item[];
  readonly state: "loading" | "ready" | "failed";
  readonly reason: string;
  /** There is more. */
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly again: () => void;
};

/** A list that is read by pages; from its beginning again when `version` changes. */
export function usePages<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  version: unknown,
): Pages<Item> {
  const [page, setPage] = useState<Page<Item>>({ items: [], next: null });
  const [state, setState] = useState<Pages<Item>["state"]>("loading");
  const [reason, setReason] = useState("");
  const generation = useRef(0);
  const reading = useRef(read);
  reading.current = read;

  const load = useCallback(async (cursor: string | undefined, before: readonly Item[]) => {
    const mine = ++generation.current;
    try {
      const { items, next } = await reading.current(cursor);
      if (mine !== generation.current) return;
      setPage({ items: [...before, ...items], next });
      setState("ready");
    } catch (error) {
      if (mine !== generation.current) return;
      setReason(reasonOf(error));
      setState("failed");
    }
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when to read again
  useEffect(() => {
    void load(undefined, []);
    return () => {
      generation.current++;
    };
  }, [load, version]);

  return {
    ...{ items: page.items, state, reason, hasMore: page.next !== null },
    more: () => void load(page.next ?? undefined, page.items),
    again: () => void load(undefined, []),
  };
}
