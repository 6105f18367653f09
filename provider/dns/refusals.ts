import { rcodeName, rcodes } from "./constants.js";
import { DnsError } from "./errors.js";
import type { Reply } from "./servers.js";

/** The prerequisites of an update do not hold (RFC 2136 3.2). */
export function isUnmet(rcode: number): boolean {
  return rcode === rcodes.YXDOMAIN || rcode === rcodes.NXDOMAIN || rcode === rcodes.YXRRSET || rcode === rcodes.NXRRSET;
}

/** What was said, and that nothing proves it where that is so. */
export function saidBy({ verdict }: Pick<Reply, "verdict">, said: string): string {
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
