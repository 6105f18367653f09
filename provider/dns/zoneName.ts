import { DnsError, DnsNameError } from "./errors.js";
import { decodeName, encodeName, findCanonicalName, nameProblem, shownName } from "./names.js";

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
  new DnsNameError("DNS_NAME_INVALID", `Reading the domain name "${shownName(text)}": ${problem}`);
