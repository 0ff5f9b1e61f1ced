import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { refreshAccount } from "./account/account.ts";
import { takeResetToken } from "./account/reset-token.ts";
import { onRefused } from "./api/client.ts";
import { App } from "./app.tsx";
import { followAccount } from "./session.ts";
import { applyTheme } from "./shell/theme.ts";

takeResetToken();
applyTheme();
onRefused(() => void refreshAccount());
followAccount();
void refreshAccount();

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// So that the page opens without a network. Where there is no such thing it needs one.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
