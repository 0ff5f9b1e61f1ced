import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { refreshAccount } from "./account/account.ts";
import { App } from "./app.tsx";
import { followAccount } from "./session.ts";
import { applyTheme } from "./shell/theme.ts";

applyTheme();
followAccount();
void refreshAccount();

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// So that the page opens without a network. Where there is no such thing it needs one.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
