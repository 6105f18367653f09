import { formatMilliseconds } from "../core/durations.js";
import { rcodes } from "./constants.js";
import { DnsError } from "./errors.js";
import { saidBy } from "./refusals.js";
import type { Reply } from "./servers.js";

/** Why one server did not do what it was asked, while another may. */
export interface Failure {
  server: string;
  code: "DNS_SERVFAIL" | "DNS_NOTIMP" | "DNS_UNREACHABLE" | "DNS_TIMED_OUT";
  seen: string;
  /** Whether it is of no use to ask this one again in the same call. */
  isFinal: boolean;
}

/** The one that leaves most open comes first; it names the whole error. */
const order = ["DNS_TIMED_OUT", "DNS_SERVFAIL", "DNS_NOTIMP", "DNS_UNREACHABLE"] as const;

const cures = {
  DNS_TIMED_OUT: "Check that the server runs and that nothing on the way drops packets to its port.",
  DNS_SERVFAIL: "See the server's log: journal or disk, a limit on records (BIND max-records-per-type), a read-only backend.",
  DNS_NOTIMP: "Switch dynamic updates on there (PowerDNS: dnsupdate=yes), or name the primary server itself, not a proxy before it.",
  DNS_UNREACHABLE: "Check host and port, and that a name server listens there on TCP.",
};
export const caution = " It may have been carried out all the same: read before you repeat it.";

/** A failed server has rolled back (RFC 2136 3.4.2.1), and one that does no updates does none; another may (4.6). */
export function failureOf({ verdict, endpoint }: Pick<Reply, "verdict" | "endpoint">): Failure | undefined {
  const { rcode } = verdict.message;
  const failure = { server: endpoint.label, isFinal: true };
  if (rcode === rcodes.SERVFAIL)
    return { ...failure, code: "DNS_SERVFAIL", seen: saidBy({ verdict }, "SERVFAIL, it failed and changed nothing") };
  if (rcode === rcodes.NOTIMP) return { ...failure, code: "DNS_NOTIMP", seen: saidBy({ verdict }, "NOTIMP, it does no such thing") };
  return undefined;
}

/** Every server was asked, as often as it makes sense. */
export function noServer(act: string, failures: readonly Failure[], maybeDone: boolean): DnsError {
  const code = order.find((candidate) => failures.some((failure) => failure.code === candidate)) ?? "DNS_UNREACHABLE";
  const [only] = failures;
  const seen = only && failures.length === 1 ? ` at ${only.server}: ${only.seen}` : `: no server did it; ${listed(failures)}`;
  const message = `${act}${seen}. ${cures[code]}${maybeDone ? caution : ""}`;
  const options = { facts: factsOf(failures), nothingDone: !maybeDone };
  switch (code) {
    case "DNS_TIMED_OUT":
      return new DnsError("DNS_TIMED_OUT", message, options);
    case "DNS_SERVFAIL":
      return new DnsError("DNS_SERVFAIL", message, options);
    case "DNS_NOTIMP":
      return new DnsError("DNS_NOTIMP", message, options);
    case "DNS_UNREACHABLE":
      return new DnsError("DNS_UNREACHABLE", message, options);
  }
}

/** The time of the whole call was up before that. */
export function lateCall(act: string, failures: readonly Failure[], milliseconds: number, maybeDone: boolean): DnsError {
  const seen = failures.length === 0 ? "" : `; ${listed(failures)}`;
  const message = `${act}: not done within ${formatMilliseconds(milliseconds)}${seen}. ${cures.DNS_TIMED_OUT}${maybeDone ? caution : ""}`;
  return new DnsError("DNS_TIMED_OUT", message, { facts: factsOf(failures), nothingDone: !maybeDone });
}

const listed = (failures: readonly Failure[]): string => failures.map(({ server, seen }) => `${server}: ${seen}`).join("; ");
const factsOf = (failures: readonly Failure[]) => ({ servers: failures.map(({ server }) => server).join(", ") });
