import { type Context, presentable } from "../core/context.js";
import { reasonOf } from "../core/errors.js";
import type { Failure } from "../core/inputs.js";
import { type DnsConnection, withDns } from "../dns/connection.js";
import { DnsError, type DnsErrorCode } from "../dns/errors.js";
import { placeRules, probeZones, type RecordRule } from "./recordRules.js";

/** Mistakes in the program, which no later run mends. Silence, a server's policy and clocks may be another's, or others tomorrow. */
const mistakes: readonly DnsErrorCode[] = [
  "DNS_KEY_FILE",
  "DNS_BADKEY",
  "DNS_BADSIG",
  "DNS_NO_ZONE",
  "DNS_WRONG_SERVER",
  "DNS_NOTAUTH",
  "DNS_NOTZONE",
  "DNS_NOTIMP",
  "DNS_FORMERR",
];

/** The whole check may take 10 s, and Agents are asked beside it. */
const allowedMilliseconds = 8_000;
const patience = { tries: 1, tryMilliseconds: 2_000 };

/**
 * For a preview: whether the key can be read and the server takes updates of the zones of these names. Nothing is written. A server that
 * does not answer now may do so when the program is run: that is a line and no failure.
 */
export async function checkRecords(dns: DnsConnection, context: Context, rules: readonly RecordRule[]): Promise<Failure[]> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(allowedMilliseconds)]);
  try {
    await withDns(
      dns,
      { signal, timeoutMilliseconds: allowedMilliseconds },
      async (client) => probeZones(client, await placeRules(client, rules)),
      patience,
    );
    return [];
  } catch (error) {
    if (!(error instanceof DnsError) && !signal.aborted) throw error;
    if (error instanceof DnsError && mistakes.includes(error.code))
      return [{ property: propertyOf(error, dns), reason: presentable(error).message }];
    const seen = error instanceof DnsError ? reasonOf(error) : `The name server did not answer within ${allowedMilliseconds / 1_000} s.`;
    context.progress(`${seen} The records are not checked yet.`);
    return [];
  }
}

function propertyOf({ code }: DnsError, { keyFile }: DnsConnection): string {
  if (code !== "DNS_KEY_FILE" && code !== "DNS_BADKEY" && code !== "DNS_BADSIG") return "dns";
  return keyFile === undefined ? "dns.key" : "dns.keyFile";
}
