import { html } from "hono/html";
import { oneLine } from "pulumi-dataminer-failover/core";
import { assetPath, version } from "./assets.js";

/** Markup in which every value was escaped. */
export type Html = ReturnType<typeof html>;

interface Frame {
  title: string;
  /** The icon in the browser's tab. */
  icon: "green" | "red";
  header: Html;
  main: Html;
  after?: Html;
}

const styles = ["page.css", "pairs.css", "window.css"] as const;

/** What all pages have around them. The live region and the banner stay where they are while the rest is replaced. */
export function layout({ title, icon, header, main, after }: Frame): Html {
  return html`<!doctype html>
<html lang="en" data-version="${version}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${assetPath(`${icon}.svg`)}">
${styles.map((name) => html`<link rel="stylesheet" href="${assetPath(name)}">`)}
<script src="${assetPath("status.js")}" defer></script>
<noscript><meta http-equiv="refresh" content="60"></noscript>
</head>
<body>
${header}
<p id="silence" class="silence" role="alert" hidden></p>
${main}
<p id="announcement" class="unseen" role="status"></p>
${after ?? ""}
</body>
</html>
`;
}

/** Text of an Agent or an operator: on one line, without characters that order others about, and apart from what stands beside it. */
export const foreign = (text: string): Html => html`<bdi>${oneLine(text)}</bdi>`;
