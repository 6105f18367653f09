import { oneLine } from "./errors.js";
import { redact } from "./redaction.js";

/** Characters that nobody sees: they order a terminal or a reader about, hide others, or split what is to be recognised (Unicode 5.23, UTR 36). */
const unseen = /[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;
const half = /\p{Surrogate}/gu;

/** Text from outside as it may be shown and kept: one line, no character that nobody sees, no known secret, no longer than `longest`. */
export function foreignText(text: string, longest: number): string {
  // Before anything is cut: half a secret would not be known any more.
  const clean = redact(oneLine(redact(text).replace(unseen, "").replace(half, "\ufffd")));
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1).replace(/[\p{Surrogate}\s]+$/u, "")}…`;
}

/** Letters of some scripts and emoji are joined by these; they reorder nothing. */
const joining = /\u200c|\u200d|[\ufe00-\ufe0f]/g;

/** Whether a text that stands for something, and is sent back as it came, can be shown as it is. It is never changed: it would stand for nothing. */
export function isPresentable(text: string): boolean {
  const visible = text.replace(joining, "");
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\p{Default_Ignorable_Code_Point}]/u.test(visible) && redact(text) === text;
}

const mostNamed = 10;

/** "a, b and 12 more": whoever sends a thousand names fills no screen. */
export function listed(names: readonly string[], most = mostNamed): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}
