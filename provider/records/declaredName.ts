import { z } from "zod";
import { canonicalAddress } from "../core/addresses.js";
import { canonicalName, findCanonicalName, nameProblem, zoneName } from "../dns/names.js";

const spelled = (text: string): string => findCanonicalName(text)?.replace(/\.$/, "") ?? text;

/** What is wrong with a text as a domain name that a program declares. */
function problemOf(text: string): string | undefined {
  if (canonicalAddress(text) !== undefined) return "expected a domain name, not an IP address";
  if (text === ".") return "expected a domain name, not the root of all names";
  return findCanonicalName(text) === undefined ? `expected a domain name: ${nameProblem(text)}` : undefined;
}

/**
 * What owns addresses is a host, with a name of letters, digits and inner hyphens (RFC 952, RFC 1123 2.1). BIND holds the names in a primary zone
 * to that (`check-names`) and answers REFUSED, as to a key that may not write. Most other servers take an underscore within a name, and there
 * are such hosts.
 */
function hostProblem(text: string): string | undefined {
  for (const label of text.replace(/\.$/, "").split(".")) {
    const odd = label.startsWith("_") ? "begins with an underscore" : label.startsWith("-") ? "begins with a hyphen" : undefined;
    const seen = odd ?? (label.endsWith("-") ? "ends with a hyphen" : undefined);
    if (seen !== undefined)
      return `expected the name of a host: "${label}" ${seen}, which name servers refuse for addresses (BIND: check-names). Begin and end it with a letter or digit.`;
  }
  return undefined;
}

const judged = (problem: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** A domain name in its one spelling: lower case, without its trailing dot. */
export const DomainName = judged(problemOf).overwrite(spelled);

/** As DomainName, of something that has addresses. */
export const HostName = judged((text) => problemOf(text) ?? hostProblem(text)).overwrite(spelled);

/** The name of a reverse zone, which may have a slash where a network is divided further (RFC 2317 4). */
export const ReverseZoneName = judged((text) => problemOf(text.replace(/\/(?=\d)/g, "-"))).overwrite((text) =>
  problemOf(text.replace(/\/(?=\d)/g, "-")) === undefined ? zoneName(text).replace(/\.$/, "") : text,
);

/** The absolute name of a declared one: one without a dot is completed with the zone. */
export const absoluteName = (name: string, zone: string | undefined): string => canonicalName(completed(name, zone));

/** As absoluteName; undefined when it is no name, or too long with the zone. */
export const findAbsoluteName = (name: string, zone: string | undefined): string | undefined => findCanonicalName(completed(name, zone));
export const nameTooLong = "expected a shorter name: with its zone it has more than 255 bytes.";
const completed = (name: string, zone: string | undefined): string => (name.includes(".") || zone === undefined ? name : `${name}.${zone}`);

export const absoluteZone = (zone: string | undefined): string | undefined => (zone === undefined ? undefined : zoneName(zone));
