import { isDeepStrictEqual } from "node:util";
import type { Context } from "../core/context.js";
import type { Recorded } from "../core/definition.js";
import type { DnsClient } from "../dns/client.js";
import { type DnsConnection, serverNames, withDns } from "../dns/connection.js";
import { DnsError } from "../dns/errors.js";
import {
  byZone,
  type Establishing,
  establishRecords,
  includingFormer,
  type OwnedRecord,
  refuseForeignRecords,
  releaseRecords,
} from "./ownedRecords.js";
import { type PlacedRule, placeRules, type RecordRule } from "./recordRules.js";

/** What a resource has made before, and where that may be: a change of `dns` that failed half-way leaves records at two places. */
export interface FormerRecords {
  places: readonly DnsConnection[];
  owned: readonly OwnedRecord[];
}

/** `dns`: what is declared now; its key is tried first at a server that had another one. */
export function formerRecords(
  recorded: Recorded<{ dns?: DnsConnection | undefined }, { ownedRecords: OwnedRecord[] }> | undefined,
  dns?: DnsConnection,
): FormerRecords {
  const known = [recorded?.dns, recorded?.__attempted?.dns, recorded?.__declared.dns].filter(
    (place) => place !== undefined && place !== null,
  );
  const isKnown = dns !== undefined && known.some((place) => serverNames(place) === serverNames(dns));
  const places = isKnown ? [dns, ...known] : known;
  return {
    places: places.filter((place, index) => !places.slice(0, index).some((other) => isSameAccess(other, place))),
    owned: recorded?.ownedRecords ?? [],
  };
}

const isSameAccess = (one: DnsConnection, other: DnsConnection): boolean =>
  serverNames(one) === serverNames(other) && one.keyFile === other.keyFile && isDeepStrictEqual(one.key, other.key);

/** Removes what is owned, the last made first, at every server that has its zone. */
export async function releaseFormer({ places, owned }: FormerRecords, context: Context): Promise<void> {
  for (const [zone, inZone] of [...byZone(owned)].reverse()) {
    const release = (client: DnsClient) => releaseRecords(client, zone, inZone, (line) => context.progress(line));
    await context.write(() => atEachServer(places, (place) => withDns(place, context, release)));
  }
}

async function atEachServer(places: readonly DnsConnection[], act: (place: DnsConnection) => Promise<void>): Promise<void> {
  const servers = [...new Set(places.map(serverNames))];
  const failures: DnsError[] = [];
  for (const server of servers) {
    const same = places.filter((place) => serverNames(place) === server);
    await firstThatMay(same, act).catch((error: unknown) => {
      if (!(error instanceof DnsError)) throw error;
      failures.push(error);
    });
  }
  const isNowhere = failures.length === servers.length;
  const failure = failures.find(({ code }) => code !== "DNS_WRONG_SERVER") ?? (isNowhere ? failures[0] : undefined);
  if (failure) throw failure;
}

/** One server: a key that it does not take, or no longer, is followed by the one before; what the first met has the word. */
async function firstThatMay(places: readonly DnsConnection[], act: (place: DnsConnection) => Promise<void>): Promise<void> {
  let first: unknown;
  for (const place of places) {
    try {
      return await act(place);
    } catch (error) {
      first ??= error;
      if (!(error instanceof DnsError && error.nothingDone)) throw error;
    }
  }
  throw first;
}

/** Changes of records from what was made before to what the rules ask for. */
export class RecordPlan {
  private constructor(
    private readonly client: DnsClient,
    readonly rules: readonly PlacedRule[],
    private readonly ttlSeconds: number | undefined,
    private readonly former: FormerRecords,
  ) {}

  static async of(
    client: DnsClient,
    rules: readonly RecordRule[],
    ttlSeconds: number | undefined,
    former: FormerRecords,
  ): Promise<RecordPlan> {
    return new RecordPlan(client, await placeRules(client, rules), ttlSeconds, former);
  }

  /** Refuses what `apply` would refuse, before anything is written. */
  refuseForeign(): Promise<void> {
    return refuseForeignRecords(this.client, this.whole, { ttlSeconds: this.ttlSeconds, owned: this.former.owned });
  }

  /** Makes the rules hold, then takes away what was made in other zones before. Returns what is owned then. */
  async apply(context: Context): Promise<OwnedRecord[]> {
    const elsewhere = this.former.owned.filter(({ zone }) => !this.isHere(zone));
    const establishing: Establishing = {
      ttlSeconds: this.ttlSeconds,
      owned: this.former.owned.filter(({ zone }) => this.isHere(zone)),
      remember: (owned) => context.remember({ ownedRecords: [...owned, ...elsewhere] }),
      write: (act) => context.write(act),
    };
    const owned = await establishRecords(this.client, this.whole, establishing);
    await releaseFormer({ ...this.former, owned: elsewhere }, context);
    context.remember({ ownedRecords: owned });
    return owned;
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
