import { html } from "hono/html";
import type { Led } from "pulumi-dataminer-failover/failover";
import type { Html } from "./layout.js";

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
