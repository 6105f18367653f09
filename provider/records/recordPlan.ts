import { type Context, presentable } from "../core/context.js";
import { reasonOf } from "../core/errors.js";
import type { Failure } from "../core/inputs.js";
import type { DnsClient } from "../dns/client.js";
import { DnsError, type DnsErrorCode } from "../dns/errors.js";
import type { Ownership } from "./claims.js";
import { type DnsConnection, withDns } from "./connection.js";
import { type Establishing, establishRecords, refuseForeignRecords } from "./establishRecords.js";
import { type FormerRecords, reclaimFormer, releaseFormer } from "./formerRecords.js";
import { accessOf, partMoved, releaseMoved } from "./movedRecords.js";
import { includingClaimed, type OwnedRecord } from "./ownedRecords.js";
import { includingFormer, type PlacedRule, placeRules, probeZones, type RecordRule } from "./recordRules.js";

/**
 * What a resource declares of records: the way of a record begins here. recordRules.ts says what must hold and finds where,
 * establishRecords.ts writes it zone by zone as recordVerdict.ts judges each RRset, by the owners that claims.ts reads beside it;
 * formerRecords.ts, movedRecords.ts and releaseRecords.ts take away what was made before.
 */
export interface DeclaredRecords {
  dns: DnsConnection;
  rules: readonly RecordRule[];
  /** Undefined leaves the TTL of what is there. */
  ttlSeconds: number | undefined;
  /** What is owned, is declared no more, and yet stays as it stands. Default: none. */
  keeps?: (record: OwnedRecord) => boolean;
}

/** Changes of records from what was made before to what the rules ask for. */
export class RecordPlan {
  private constructor(
    private readonly client: DnsClient,
    private readonly context: Context,
    private readonly dns: DnsConnection,
    readonly rules: readonly PlacedRule[],
    private readonly ttlSeconds: number | undefined,
    private readonly ownership: Ownership,
    private readonly former: FormerRecords,
    private readonly moved: readonly OwnedRecord[],
    private readonly kept: readonly OwnedRecord[],
  ) {}

  static async of(
    client: DnsClient,
    { dns, rules, ttlSeconds, keeps = () => false }: DeclaredRecords,
    all: FormerRecords,
    context: Context,
  ): Promise<RecordPlan> {
    const former = { ...all, owned: all.owned.filter((record) => !keeps(record)) };
    const { owner, isReplacement } = context;
    const kept = dns.ownership ?? "zone";
    // In the zone the claims of the one that is replaced say what was its own.
    const ownership = { kept, owner, before: former.owners, isReplacing: isReplacement && kept === "state" };
    const placed = await placeRules(client, rules);
    const zones = new Set(placed.map(({ zone }) => zone));
    const { here, there } = await partMoved(client, { dns, zones }, former, ownership, context);
    const near = here.filter(({ zone }) => zones.has(zone));
    const owned = await includingClaimed(client, [...placed, ...near], here, ownership);
    return new RecordPlan(client, context, dns, placed, ttlSeconds, ownership, { ...former, owned }, there, all.owned.filter(keeps));
  }

  /** Refuses what `apply` would refuse, before anything is written. */
  async refuseForeign(): Promise<void> {
    const { ttlSeconds, ownership } = this;
    await probeZones(this.client, this.whole);
    await refuseForeignRecords(this.client, this.whole, { ttlSeconds, owned: this.former.owned, ownership });
  }

  /** Makes the rules hold, then takes away what was made in other zones before, or elsewhere in these. Returns what is owned then. */
  async apply(): Promise<OwnedRecord[]> {
    const { context, ttlSeconds, ownership, moved, kept } = this;
    const now = accessOf(this.dns);
    const told = (owned: readonly OwnedRecord[]) => (moved.length === 0 ? owned : owned.map((record) => ({ ...record, at: now })));
    const elsewhere = this.former.owned.filter(({ zone }) => !this.isHere(zone));
    const establishing: Establishing = {
      ...{ ttlSeconds, ownership },
      owned: this.former.owned.filter(({ zone }) => this.isHere(zone)),
      remember: (owned) => context.remember({ ownedRecords: [...told(owned), ...elsewhere, ...moved, ...kept] }),
      write: (act) => context.write(act),
    };
    const owned = await establishRecords(this.client, this.whole, establishing);
    await releaseFormer({ ...this.former, owned: elsewhere }, context);
    await releaseMoved(moved, this.former.places, ownership, context);
    await reclaimFormer({ ...this.former, owned: kept }, context);
    context.remember({ ownedRecords: [...owned, ...kept] });
    return [...owned, ...kept];
  }

  private get whole(): PlacedRule[] {
    return includingFormer(
      this.rules,
      this.former.owned.filter(({ zone }) => this.isHere(zone)),
    );
  }

  private isHere(zone: string): boolean {
    return this.rules.some((rule) => rule.zone === zone);
  }
}

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
