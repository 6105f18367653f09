import { html } from "hono/html";
import type { Html } from "./layout.js";

/** A time that the script turns into an age, "15 s ago"; without it, the time itself. */
export const ageOf = (milliseconds: number): Html => html`<time class="age" datetime="${iso(milliseconds)}">${plain(milliseconds)}</time>`;

/** A time that the script turns into the viewer's own. */
export const momentOf = (milliseconds: number): Html =>
  html`<time class="moment" datetime="${iso(milliseconds)}">${plain(milliseconds)}</time>`;

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

const plain = (milliseconds: number): string => `${iso(milliseconds).slice(0, 19).replace("T", " ")} UTC`;
