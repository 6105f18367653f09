import { z } from "zod";
import type { Context } from "../core/context.js";
import type { Recorded } from "../core/definition.js";
import { FailoverError } from "../core/errors.js";
import { defineResource } from "../core/lifecycle.js";
import type { DnsClient } from "../dns/client.js";
import { addressTypeOf, reverseNameOf } from "../dns/rdata.js";
import { type DnsConnection, warnOfKey, withDns } from "../records/connection.js";
import { absoluteName, absoluteZone } from "../records/declaredName.js";
import { formerRecords, readStoredOwnership, releaseFormer } from "../records/formerRecords.js";
import { type OwnedRecord, unclaimedLine } from "../records/ownedRecords.js";
import { checkRecords, RecordPlan } from "../records/recordPlan.js";
import { type PlacedRule, placeRules, type RecordRule, readRules } from "../records/recordRules.js";
import { SharedHostnameRecordInputs } from "./inputs.js";

export type { SharedHostnameRecordDeclared, SharedHostnameRecordInputs } from "./inputs.js";

const sharedHostnameRecordOutputFields = {
  /** The zone of the hostname, with its trailing dot. */
  zone: z.string(),
  /**
   * The records that this resource owns: its own ones and those that it shares with others. Equal ones that it found are not among them.
   */
  ownedRecords: z.array(z.custom<OwnedRecord>()),
};
type SharedHostnameRecordOutputShape = typeof sharedHostnameRecordOutputFields;
export interface SharedHostnameRecordOutputFields extends SharedHostnameRecordOutputShape {}
export const SharedHostnameRecordOutputs: z.ZodObject<SharedHostnameRecordOutputFields> = z.object(sharedHostnameRecordOutputFields);
export type SharedHostnameRecordOutputs = z.infer<typeof SharedHostnameRecordOutputs>;

interface Observed extends SharedHostnameRecordOutputs {
  hostname: string;
  addresses: string[];
  dns: DnsConnection;
  ttl: number | undefined;
  reverse: boolean;
}

type RecordedRecord = Recorded<SharedHostnameRecordInputs, Observed>;

const minute = 60_000;

/** What the engine calls for this type of resource. */
export const sharedHostnameRecord = defineResource<typeof SharedHostnameRecordInputs, Observed, "record", "sharedHostnameRecords">({
  type: "SharedHostnameRecord",
  drift: { kind: "record" },
  inventory: { list: "sharedHostnameRecords" },
  inputs: SharedHostnameRecordInputs,
  outputs: SharedHostnameRecordOutputs,
  recorded: ["overwrite", "timeouts"],
  replaces: replacedBy,
  createsBeforeReplacing: true,
  timeouts: { create: minute, update: minute, delete: minute },
  id: (inputs) => absoluteName(inputs.hostname, inputs.dns.zone).slice(0, -1),
  preview: (inputs, context) => checkRecords(inputs.dns, context, rulesOf(inputs)),
  observe: async (inputs, context, recorded) => {
    // A read is given what stood there last; it is what was declared that tells a difference.
    const declared = context.isRefresh ? { ...inputs, ...recorded?.applied, dns: inputs.dns } : inputs;
    return withDns(inputs.dns, context, async (client) => {
      const observed = await observeRecords(client, declared, recorded);
      if (!context.isRefresh) return observed;
      const { storedOwner, unclaimed } = await readStoredOwnership(client, inputs.dns, recorded);
      for (const record of unclaimed) context.progress(unclaimedLine(record));
      return { ...observed, storedOwner, isDisowned: unclaimed.length > 0 };
    });
  },
  converge: convergeRecords,
  remove: (recorded, context) => releaseFormer(formerRecords(recorded), context),
});

function replacedBy(recorded: RecordedRecord, { hostname, dns }: Partial<SharedHostnameRecordInputs>): ("hostname" | "dns")[] {
  if (hostname === undefined || dns === undefined) return [];
  const before = absoluteName(recorded.hostname, recorded.dns.zone);
  if (absoluteName(hostname, dns.zone) !== before) return ["hostname"];
  const zone = absoluteZone(dns.zone);
  return zone !== undefined && recorded.zone !== undefined && zone !== recorded.zone ? ["dns"] : [];
}

/** The name holds exactly the two addresses; each address has a PTR to the name, beside whatever else (vendor: Switching to Failover with shared hostname). */
function rulesOf({ hostname, addresses, dns, reverse, overwrite }: SharedHostnameRecordInputs, claimed = false): RecordRule[] {
  const name = absoluteName(hostname, dns.zone);
  const forward = (["A", "AAAA"] as const).map((type) => ({
    ...{ subject: "addresses", name, type, zone: absoluteZone(dns.zone) },
    present: addresses.filter((address) => addressTypeOf(address) === type),
    ...{ others: "none" as const, absent: [], overwrite, claimed },
  }));
  const back = addresses.map((address) => ({
    ...{ subject: "reverse", name: reverseNameOf(address), type: "PTR" as const, zone: absoluteZone(dns.reverseZone) },
    ...{ present: [name], others: "stay" as const, absent: [], overwrite: false, claimed: false },
  }));
  return reverse ? [...forward, ...back] : forward;
}

/** A name without records is drift, not a resource that is gone: what is owned must stay known. */
async function observeRecords(client: DnsClient, inputs: SharedHostnameRecordInputs, recorded?: RecordedRecord): Promise<Observed> {
  const rules = await placeRules(client, rulesOf(inputs));
  return { ...(await liveRecords(client, inputs, rules)), ownedRecords: recorded?.ownedRecords ?? [] };
}

async function liveRecords(client: DnsClient, inputs: SharedHostnameRecordInputs, rules: readonly PlacedRule[]) {
  const found = await readRules(client, rules);
  const forward = found.filter((_, index) => rules[index]?.type !== "PTR").flatMap((set) => set ?? []);
  const ttls = forward.map(({ ttl }) => ttl);
  return {
    zone: rules[0]?.zone ?? "",
    hostname: inputs.hostname,
    addresses: forward.flatMap(({ data }) => data).sort(),
    dns: inputs.dns,
    ttl: ttls.find((ttl) => ttl !== inputs.ttl) ?? ttls[0],
    reverse: inputs.reverse && rules.every(({ type, present }, index) => type !== "PTR" || found[index]?.data.includes(present[0] ?? "")),
  };
}

async function convergeRecords(
  inputs: SharedHostnameRecordInputs,
  _observed: Observed | undefined,
  context: Context,
  recorded?: RecordedRecord,
): Promise<Observed> {
  const { dns } = inputs;
  warnOfKey(dns, context);
  return withDns(dns, context, async (client) => {
    // After a failure nobody knows what was applied.
    const claimed = recorded !== undefined && !recorded.isUnfinished;
    // No plan names `reverse` then: with `ignoreChanges` the engine gives what stands, where somebody has removed one of the records.
    const leavesReverse = claimed && !inputs.reverse && recorded.reverse === false;
    const keeps = ({ type }: OwnedRecord) => leavesReverse && type === "PTR";
    const declared = { dns, rules: rulesOf(inputs, claimed), ttlSeconds: inputs.ttl, keeps };
    const plan = await RecordPlan.of(client, declared, formerRecords(recorded, dns), context);
    await plan.refuseForeign();
    const ownedRecords = await plan.apply();
    const live = await liveRecords(client, inputs, plan.rules);
    if (live.addresses.join() === inputs.addresses.join() && live.reverse === inputs.reverse) {
      return { ...live, ownedRecords };
    }
    throw new FailoverError(
      "DNS_NOT_APPLIED",
      `Writing ${inputs.hostname}: read back, it holds ${live.addresses.join(", ") || "nothing"}. Somebody else writes this name too; find out who, then run \`pulumi up\` again.`,
    );
  });
}
