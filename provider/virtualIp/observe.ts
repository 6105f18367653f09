import { z } from "zod";
import { type AskedMember, membersOf, type PairView, viewMembers } from "../agent/askMembers.js";
import type { Connection } from "../agent/connection.js";
import { findSettingsOwner } from "../agent/settingsChange.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import { inSubnet, sameAddress } from "../core/addresses.js";
import type { Context } from "../core/context.js";
import type { Recorded, Stored } from "../core/definition.js";
import type { Difference } from "../core/difference.js";
import { FailoverError, reasonOf } from "../core/errors.js";
import { sameValue } from "../core/values.js";
import { heldVirtualAddresses, memberName } from "../failover/memberFacts.js";
import type { Online } from "../failover/roles.js";
import { withDns } from "../records/connection.js";
import { readStoredOwnership } from "../records/formerRecords.js";
import { type OwnedRecord, unclaimedDifference } from "../records/ownedRecords.js";
import { findDeviations, placeRules } from "../records/recordRules.js";
import { fixedRecordRules } from "./fixedRecords.js";
import type { VirtualIpDns, VirtualIpInputs } from "./inputs.js";

const virtualIpOutputFields = {
  /**
   * Which position held the address when it was last read: main, backup, none or both. It moves at a switch and is never drift. Null after the
   * `pulumi up` that makes the address, or moves it: its pair takes it only then. Until the next refresh `online` of the pair tells it.
   */
  heldBy: z.enum(["main", "backup", "none", "both"]).nullable(),
  /**
   * What differs from what is declared, each with `property`, `at`, `declared` and `live`; texts in older states. Empty after `pulumi up`.
   */
  deviations: z.array(z.custom<Difference | string>()),
  /**
   * The records that this resource owns: its own ones and those that it shares with others. Equal ones that it found are not among them.
   */
  ownedRecords: z.array(z.custom<OwnedRecord>()),
};
type VirtualIpOutputShape = typeof virtualIpOutputFields;
export interface VirtualIpOutputFields extends VirtualIpOutputShape {}
export const VirtualIpOutputs: z.ZodObject<VirtualIpOutputFields> = z.object(virtualIpOutputFields);
export type VirtualIpOutputs = z.infer<typeof VirtualIpOutputs>;

/** A state may leave out what is null. */
export const asDifference = (deviation: Difference | string): Difference => ({
  ...{ declared: null, live: null },
  ...(typeof deviation === "string" ? { property: deviation } : deviation),
});

/** The deviations that are not among those that are left as they are. */
export const otherThan = (left: readonly unknown[] = [], deviations: readonly (Difference | string)[]): (Difference | string)[] =>
  deviations.filter((deviation) => !left.some((other) => sameValue(other, deviation)));

export interface ObservedVirtualIp extends VirtualIpOutputs, Stored {
  address: string;
  prefixLength: number;
  network: VirtualIpInputs["network"];
  dns: VirtualIpDns | undefined;
  view: PairView;
}

export type RecordedVirtualIp = Recorded<VirtualIpInputs, ObservedVirtualIp>;

/** What the Agents and the name server say; what is not as declared is in `deviations`, each by its own name. */
export async function observeVirtualIp(
  inputs: VirtualIpInputs,
  context: Context,
  recorded?: RecordedVirtualIp,
): Promise<ObservedVirtualIp> {
  const [view, records] = await Promise.all([viewAgents(inputs, context), observeRecords(inputs, context, recorded)]);
  const { address, prefixLength, network } = inputs;
  return {
    ...{ address, prefixLength, network, dns: inputs.dns && liveDns(inputs.dns, records.deviations) },
    heldBy: holderOf(address, view),
    deviations: [...membersOf(view).flatMap((member) => registrationDeviations(inputs, member)), ...records.deviations],
    ownedRecords: recorded?.ownedRecords ?? [],
    storedOwner: records.storedOwner ?? (recorded && laterOwner(view, recorded.owners)),
    view,
  };
}

/** The records as one value beside the declared one: equal where nothing stands otherwise. */
function liveDns({ __deviations: _, ...dns }: VirtualIpDns, deviations: readonly Difference[]): VirtualIpDns {
  return deviations.length === 0 ? dns : { ...dns, __deviations: [...deviations] };
}

/** The owner of a later creation of this resource, where an Agent tells one. */
function laterOwner(view: PairView, owners: readonly string[]): string | undefined {
  const stored = membersOf(view).flatMap(({ facts }) => (facts && findSettingsOwner(facts.agent, owners)) ?? []);
  return stored.find((owner) => !owners.includes(owner)) ?? stored[0];
}

/** Both Agents; one that is silent is told in `deviations`, two tell nothing. One that says no must be mended first. */
export async function viewAgents({ agents }: VirtualIpInputs, context: Context): Promise<PairView> {
  const [main, backup] = agents as [Connection, Connection];
  const view = await viewMembers({ main, backup }, context);
  const refusing = membersOf(view).find(({ refusal }) => refusal !== undefined);
  if (refusing?.failure) throw refusing.failure;
  if (view.main.facts || view.backup.facts) return view;
  const seen = membersOf(view).map(({ failure }) => reasonOf(failure));
  throw new FailoverError(
    "PAIR_UNREACHABLE",
    `Reading the Agents ${view.main.address} and ${view.backup.address}: neither answers. ${seen.join(" ")}`,
  );
}

async function observeRecords(
  { address, dns }: VirtualIpInputs,
  context: Context,
  recorded?: RecordedVirtualIp,
): Promise<{ deviations: Difference[]; storedOwner?: string | undefined }> {
  if (dns === undefined) return { deviations: [] };
  return withDns(dns, context, async (client) => {
    const rules = await placeRules(
      client,
      fixedRecordRules(address, dns, () => false),
    );
    const deviations = await findDeviations(client, rules, dns.ttl);
    if (!context.isRefresh) return { deviations };
    const { storedOwner, unclaimed } = await readStoredOwnership(client, dns, recorded);
    return { deviations: [...deviations, ...unclaimed.map(unclaimedDifference)], storedOwner };
  });
}

function registrationDeviations(inputs: VirtualIpInputs, { position, address, facts }: AskedMember): Difference[] {
  const name = memberName(position, address);
  if (facts === undefined) return [{ property: "agents", at: name, declared: true, live: false, unanswered: address }];
  const index = interfaceOf(inputs, facts);
  const registers = facts.agent.interfaces.find((candidate) => candidate.index === index)?.registersInDns;
  if (registers === undefined)
    return [{ property: "agents", at: name, declared: `an interface on the ${inputs.network} network`, live: null }];
  return registers ? [{ property: "registersInDns", at: `interface ${index} of ${name}`, declared: false, live: true }] : [];
}

/** The interface that takes the address: on its network, and in its subnet where there are several. */
export function interfaceOf({ address, network }: VirtualIpInputs, { agent }: Snapshot): number | undefined {
  const candidates = agent.interfaces.filter((candidate) => candidate.network === network);
  const fitting = candidates.find(({ addresses }) => addresses.some((own) => !own.virtual && inSubnet(address, own)));
  return (fitting ?? candidates[0])?.index;
}

function holderOf(address: string, view: PairView): Online {
  const holders = membersOf(view).filter(
    ({ facts }) => facts && heldVirtualAddresses(facts.agent).some((held) => sameAddress(held, address)),
  );
  if (holders.length === 2) return "both";
  return holders[0]?.position ?? "none";
}
