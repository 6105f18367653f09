import { html } from "hono/html";
import { oneLine } from "pulumi-dataminer-failover/core";
import type { Led } from "pulumi-dataminer-failover/failover";
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

/**
 * One LED of the product: green, red, or transparent while a status is being fetched. Each has a shape of its own, for
 * those who do not see the colours; a transparent one keeps the last colour at its rim.
 */
export function ledOf(last: Led | null, isBeingRead: boolean): Html {
  const shown = isBeingRead || last === null ? "transparent" : last;
  return html`<svg class="led" data-led="${shown}" data-last="${last ?? "none"}" viewBox="0 0 16 16" role="img" aria-label="${names[shown]}">${shapes[shown]}</svg>`;
}

export const names = { green: "LED green", red: "LED red", transparent: "LED transparent, being fetched" } as const;

const shapes = {
  green: html`<circle cx="8" cy="8" r="7"/>`,
  red: html`<path d="M8 0 16 8 8 16 0 8z"/><path class="mark" d="M7 3.6h2v5.2H7zM7 10.3h2v2H7z"/>`,
  transparent: html`<circle cx="8" cy="8" r="6.25"/>`,
};

/** A time that the script turns into an age, "15 s ago"; without it, the time itself. */
export const ageOf = (milliseconds: number): Html => html`<time class="age" datetime="${iso(milliseconds)}">${plain(milliseconds)}</time>`;

/** A time that the script turns into the viewer's own. */
export const momentOf = (milliseconds: number): Html =>
  html`<time class="moment" datetime="${iso(milliseconds)}">${plain(milliseconds)}</time>`;

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

const plain = (milliseconds: number): string => `${iso(milliseconds).slice(0, 19).replace("T", " ")} UTC`;
