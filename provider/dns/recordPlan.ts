import type { Context } from "../core/context.js";
import type { DnsClient } from "./client.js";
import { type DnsConnection, withDns } from "./connection.js";
import {
  type Establishing,
  establishRecords,
  includingFormer,
  type OwnedRecord,
  refuseForeignRecords,
  releaseRecords,
} from "./ownedRecords.js";
import { type PlacedRule, placeRules, type RecordRule } from "./recordRules.js";

/** What a resource has made before, and where. */
export interface FormerRecords {
  dns: DnsConnection | null | undefined;
  owned: readonly OwnedRecord[];
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
    if (elsewhere.length > 0 && this.former.dns) {
      await withDns(this.former.dns, context, (client) => releaseRecords(client, elsewhere, (line) => context.progress(line)));
    }
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
