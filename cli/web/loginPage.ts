import { html } from "hono/html";
import { type Html, layout } from "./layout.js";

interface Login {
  /** Nobody else can read what is typed: https, or this machine itself. */
  isPrivate: boolean;
  /** Why the last try came to nothing. */
  refused?: "wrong" | "wait";
}

const reasons = {
  wrong: "This is not the token.",
  wait: "This is not the token, and there were many wrong ones lately. Look it up before you try again.",
};

/** Asks for the page's token. */
export function loginPage({ isPrivate, refused }: Login): Html {
  return layout({
    title: "Failover status: log in",
    icon: "green",
    header: html`<header class="top"><h1>Failover status</h1></header>`,
    main: html`<main>
<form class="login" method="post" action="/login">
<input name="username" autocomplete="username" value="status page" hidden>
<label for="token">Token of this page</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus ${refused ? html`aria-describedby="refused"` : ""}>
${refused ? html`<p id="refused" class="refused" role="alert">${reasons[refused]}</p>` : ""}
<button>Show the status</button>
${isPrivate ? "" : html`<p class="hint">This connection is not encrypted: whoever is in between can read the token.</p>`}
</form>
</main>`,
  });
}
