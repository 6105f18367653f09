import { formatMilliseconds } from "../core/durations.js";
import type { Verdict } from "./answer.js";
import { rcodeName, rcodes } from "./constants.js";
import type { Endpoint } from "./endpoint.js";
import { DnsError } from "./errors.js";
import type { Message } from "./message.js";
import type { Signer } from "./signer.js";

/** A message for whichever server takes it. */
export interface Request {
  /** Act and target, as errors shall name them: `Updating A www.example.com.` */
  act: string;
  /** Each try gives it another id. */
  message: Message;
  over: "tcp" | "udp";
  /** The only address to ask: where a change was made, there it is read back. */
  at?: Endpoint | undefined;
}

export interface Reply {
  verdict: Extract<Verdict, { message: Message }>;
  endpoint: Endpoint;
  signer: Signer | undefined;
  /** Whether an earlier try of the same change may have been carried out: its answer was lost. */
  maybeDone: boolean;
  /** Whether another server failed at it before, which may have been a secondary that had handed it on (RFC 2136 6). */
  maybeHandedOn: boolean;
}

export type Ask = (request: Request) => Promise<Reply>;

/** The prerequisites of an update do not hold (RFC 2136 3.2). */
export function isUnmet(rcode: number): boolean {
  return rcode === rcodes.YXDOMAIN || rcode === rcodes.NXDOMAIN || rcode === rcodes.YXRRSET || rcode === rcodes.NXRRSET;
}

/** What was said, and that nothing proves it where that is so. */
function saidBy({ verdict }: Pick<Reply, "verdict">, said: string): string {
  return verdict.kind === "unproven" ? `an unauthenticated answer said ${said} (${verdict.why})` : said;
}

/** An answer that says no, in words. It is final: another server would say the same (RFC 2136 4.5). */
export function refusalOf(reply: Reply, act: string, zone?: string): DnsError {
  const { verdict, endpoint, signer } = reply;
  const { rcode } = verdict.message;
  const key = signer ? `key "${signer.keyName}"` : "this machine, without a key,";
  const algorithm = signer?.algorithm.replace(/\.$/, "");
  const it = zone === undefined ? "the zone of the name" : `zone ${zone}`;
  const line = (said: string, cure: string) => `${act} at ${endpoint.label}: ${saidBy(reply, said)}. ${cure}`;
  const options = {
    facts: { server: endpoint.label, rcode: rcodeName(rcode), ...(zone && { zone }), ...(signer && { keyName: signer.keyName }) },
    // Where a signature does not hold, anything may be true.
    nothingDone: !reply.maybeDone && (verdict.kind === "answer" || verdict.isUnsigned),
  };
  switch (verdict.tsigError || rcode) {
    case rcodes.BADSIG:
      return new DnsError(
        "DNS_BADSIG",
        line("NOTAUTH, BADSIG", `The secret of ${key} is not the one that the server has; compare them.`),
        options,
      );
    case rcodes.BADKEY: {
      const cure = `Check that the server has ${key} with algorithm ${algorithm}; Knot also says this of a key that its ACL does not let in.`;
      return new DnsError("DNS_BADKEY", line("NOTAUTH, BADKEY", cure), options);
    }
    case rcodes.BADTIME: {
      const { seen, skewSeconds } = skewOf(reply);
      const facts = { ...options.facts, skewSeconds };
      return new DnsError("DNS_BADTIME", line(`NOTAUTH, BADTIME${seen}`, "Set the clocks right: they may differ by 300 s."), {
        ...options,
        facts,
      });
    }
    case rcodes.BADTRUNC: {
      const cure = `Let the server take whole signatures of ${algorithm} by ${key}.`;
      return new DnsError("DNS_BADTRUNC", line("NOTAUTH, BADTRUNC", cure), options);
    }
    case rcodes.FORMERR: {
      const cure = "The server could not read the message; check that it is up to date, and report this.";
      return new DnsError("DNS_FORMERR", line("FORMERR", cure), options);
    }
    case rcodes.NOTAUTH: {
      const cure =
        `Check that this server is primary for ${it}, that this is a zone of its own, and that ${key} is let in. ` +
        "To queries PowerDNS says NOTAUTH for any fault of a signature (key name, algorithm, secret, clock).";
      return new DnsError("DNS_NOTAUTH", line("NOTAUTH", cure), options);
    }
    case rcodes.NOTZONE:
      return new DnsError("DNS_NOTZONE", line("NOTZONE", `A name lies outside of ${it}; give the zone that holds it.`), options);
    default: {
      const cure =
        `Check that ${key} may use ${it} for this name and type. PowerDNS says REFUSED to any fault of a signature too ` +
        "(key name, algorithm, secret, clock), Active Directory of a secure-only zone and of another owner's record.";
      const said = verdict.tsigError === 0 ? rcodeName(rcode) : `${rcodeName(rcode)}, ${rcodeName(verdict.tsigError)}`;
      return new DnsError("DNS_REFUSED", line(said, cure), options);
    }
  }
}

function skewOf({ verdict }: Reply): { seen: string; skewSeconds: number | null } {
  if (verdict.kind === "unproven" || verdict.skewSeconds === undefined) return { seen: "", skewSeconds: null };
  const { skewSeconds } = verdict;
  const side = skewSeconds > 0 ? "ahead of" : "behind";
  const sign = skewSeconds > 0 ? "+" : "-";
  return {
    seen: `, this machine's clock is ${Math.abs(skewSeconds)} s ${side} the server's (${sign}${Math.abs(skewSeconds)} s)`,
    skewSeconds,
  };
}

/** Why one server did not do what it was asked, while another may. */
export interface ServerFailure {
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
export function failureOf({ verdict, endpoint }: Pick<Reply, "verdict" | "endpoint">): ServerFailure | undefined {
  const { rcode } = verdict.message;
  const failure = { server: endpoint.label, isFinal: true };
  if (rcode === rcodes.SERVFAIL)
    return { ...failure, code: "DNS_SERVFAIL", seen: saidBy({ verdict }, "SERVFAIL, it failed and changed nothing") };
  if (rcode === rcodes.NOTIMP) return { ...failure, code: "DNS_NOTIMP", seen: saidBy({ verdict }, "NOTIMP, it does no such thing") };
  return undefined;
}

/** Every server was asked, as often as it makes sense. */
export function noServer(act: string, failures: readonly ServerFailure[], maybeDone: boolean): DnsError {
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
export function lateCall(act: string, failures: readonly ServerFailure[], milliseconds: number, maybeDone: boolean): DnsError {
  const seen = failures.length === 0 ? "" : `; ${listed(failures)}`;
  const message = `${act}: not done within ${formatMilliseconds(milliseconds)}${seen}. ${cures.DNS_TIMED_OUT}${maybeDone ? caution : ""}`;
  return new DnsError("DNS_TIMED_OUT", message, { facts: factsOf(failures), nothingDone: !maybeDone });
}

const listed = (failures: readonly ServerFailure[]): string => failures.map(({ server, seen }) => `${server}: ${seen}`).join("; ");
const factsOf = (failures: readonly ServerFailure[]) => ({ servers: failures.map(({ server }) => server).join(", ") });
