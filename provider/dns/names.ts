import { domainToASCII } from "node:url";
import { isDomainName } from "../core/hostNames.js";
import { DnsError, DnsNameError, shownText } from "./errors.js";
import { decodeName, encodeName, longestLabel } from "./wireNames.js";

const dot = 0x2e;

/**
 * The one spelling of a domain name: lower case, absolute, with its trailing dot; the root is `"."`. Strict: letters, digits, hyphens
 * and underscores in labels of 1 to 63, 255 bytes on the wire. Throws DnsNameError.
 */
export function canonicalName(text: string): string {
  const name = findCanonicalName(text);
  if (name !== undefined) return name;
  throw new DnsNameError("DNS_NAME_INVALID", `Reading the domain name "${shownText(text)}": ${nameProblem(text)}`);
}

/** As canonicalName; undefined when the text is no domain name. */
export function findCanonicalName(text: string): string | undefined {
  if (text === ".") return text;
  if (!isDomainName(text)) return undefined;
  const name = text.toLowerCase();
  return name.endsWith(".") ? name : `${name}.`;
}

/** What is wrong with a text that canonicalName does not take, and what to write instead. */
export function nameProblem(text: string): string {
  const labels = text.replace(/\.$/, "").split(".");
  if (text === "") return "it is empty. Write a name such as www.example.com.";
  const odd = /[^A-Za-z0-9_.-]/u.exec(text)?.[0];
  if (odd !== undefined && odd > "\x7f") {
    const ascii = domainToASCII(text);
    return `it has the character "${odd}". Write an international name in its xn-- form${ascii === "" ? "" : `, ${ascii}`}.`;
  }
  if (odd === "@") return 'it has the character "@". Write out the name of the zone.';
  if (odd === "*") return 'it has the character "*". Write the name itself, not a wildcard.';
  if (odd !== undefined) return `it has the character "${odd}". Use letters, digits, hyphens and underscores.`;
  if (labels.includes("")) return "one of its labels is empty. Take out the dot that is too many.";
  if (labels.some((label) => label.length > longestLabel)) return "one of its labels is longer than 63 characters. Shorten it.";
  return "it is longer than 255 bytes. Shorten it.";
}

/** Whether the name is the zone's own or lies below it, label by label: `ab.example.` is not below `b.example.`. Both canonical. */
export function isAtOrBelow(name: string, zone: string): boolean {
  if (zone === "." || name === zone) return true;
  const start = name.length - zone.length;
  if (!name.endsWith(zone) || name.charCodeAt(start - 1) !== dot) return false;
  // A dot after an odd number of backslashes is part of a label.
  const before = /\\*$/.exec(name.slice(0, start - 1))?.[0] ?? "";
  return before.length % 2 === 0;
}

/** The name without its first label; undefined for the root. */
export function parentOf(name: string): string | undefined {
  if (name === ".") return undefined;
  return name.replace(/^(?:\\.|[^\\.])+\./, "") || ".";
}

/** Characters and escapes of a name as master files write it (RFC 1035 5.1): any byte can be had as `\DDD`. */
const written = /^(?:[!-[\]-~]|\\(?:[01]\d\d|2[0-4]\d|25[0-5]|[^\d\s]))+$/;

/**
 * The one spelling of any name that a zone can hold, with escapes where it needs them: servers have names that nobody may declare
 * (RFC 2317 uses `0/25`, RFC 4343 and RFC 2181 11 allow any byte). What people write is judged by canonicalName. Throws DnsNameError.
 */
export function zoneName(text: string): string {
  const plain = findCanonicalName(text);
  if (plain !== undefined) return plain;
  const problem = !written.test(text) ? characterProblem(text) : undefined;
  if (problem !== undefined) throw invalid(text, problem);
  try {
    return decodeName(encodeName(isAbsolute(text) ? text : `${text}.`), 0).name;
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    const problem =
      /(^|[^\\])\.\./.test(text) || text.startsWith(".")
        ? "one of its labels is empty"
        : "a label is longer than 63 bytes, or it is longer than 255 bytes";
    throw invalid(text, `${problem}. Write a name such as www.example.com.`);
  }
}

function characterProblem(text: string): string {
  const rest = text.replace(/\\(?:[01]\d\d|2[0-4]\d|25[0-5]|[^\d\s])/g, "");
  return rest.includes("\\") ? "a backslash in it escapes nothing. Write a byte as \\DDD." : nameProblem(rest);
}

/** Its last dot ends it, and is no part of a label. */
const isAbsolute = (text: string): boolean => text.endsWith(".") && (/\\*$/.exec(text.slice(0, -1))?.[0] ?? "").length % 2 === 0;

const invalid = (text: string, problem: string): DnsNameError =>
  new DnsNameError("DNS_NAME_INVALID", `Reading the domain name "${shownText(text)}": ${problem}`);
