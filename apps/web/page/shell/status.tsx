import { useEffect, useState } from "react";
import { waitingCount } from "../outbox/overlay.ts";
import type { Session } from "../session.ts";
import { useStore } from "../store.ts";

/** Whether what is seen is up to date, and what of one's own waits to be sent. */
export function Status({ session }: { readonly session: Session }) {
  const live = useStore(session.live);
  const operations = useStore(session.operations);
  const online = useOnline();
  const waiting = waitingCount(operations.filter(({ theirs }) => !theirs));
  // A change is on its way for a moment only: that is nothing to show.
  const late = useLater(waiting > 0, 700);
  const changes = waiting === 1 ? "1 change waits" : `${waiting} changes wait`;
  const isAway = !online || live === "offline";
  const text = isAway
    ? `Offline${waiting > 0 ? ` · ${changes}` : ""}`
    : live === "connecting"
      ? "Connecting…"
      : late && waiting > 0
        ? `Saving… ${waiting}`
        : "Up to date";
  const tone = isAway ? "away" : live === "connecting" || (late && waiting > 0) ? "busy" : "live";
  return (
    <span className={`status ${tone}`} role="status" title={explanation[tone]}>
      <span className="status-dot" aria-hidden="true" />
      <span className="status-text">{text}</span>
      {isAway && (
        <button type="button" className="button quiet small" onClick={() => void session.retry()}>
          Try now
        </button>
      )}
    </span>
  );
}

const explanation = {
  away: "You can go on working: changes are kept in this browser and sent when the network is back",
  busy: "Your changes are on their way",
  live: "Changes made elsewhere show here as they happen",
} as const;

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
}

/** The same, but true only after it has been for a while. */
function useLater(value: boolean, ms: number): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    if (!value) {
      setLater(false);
      return;
    }
    const timer = setTimeout(() => setLater(true), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return later;
}
