import { type AnsweringMember, requireBoth } from "../agent/askMembers.js";
import { probe, putSettings } from "../agent/client.js";
import type { Connection } from "../agent/connection.js";
import {
  findSettingsOwner,
  isToBeMarked,
  namesakeReason,
  type SettingsChange,
  settingsChange,
  settingsRefused,
} from "../agent/settingsChange.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import type { Context } from "../core/context.js";
import { ownerNameOf, ownersAs } from "../core/definition.js";
import { differenceText } from "../core/difference.js";
import { FailoverError, RefusedError } from "../core/errors.js";
import { tellWarnings } from "../failover/judgement.js";
import { preflightVirtualIp } from "../failover/preflight.js";
import { warnOfKey, withDns } from "../records/connection.js";
import { formerRecords, reclaimFormer, releaseFormer } from "../records/formerRecords.js";
import type { OwnedRecord } from "../records/ownedRecords.js";
import { RecordPlan } from "../records/recordPlan.js";
import { fixedRecordRules } from "./fixedRecords.js";
import type { VirtualIpInputs } from "./inputs.js";
import {
  asDifference,
  interfaceOf,
  type ObservedVirtualIp,
  observeVirtualIp,
  otherThan,
  type RecordedVirtualIp,
  viewAgents,
} from "./observe.js";

/** Checks everything first, then clears the registration on both Agents, then writes the records: in that order none comes back. */
export async function convergeVirtualIp(
  inputs: VirtualIpInputs,
  observed: ObservedVirtualIp | undefined,
  context: Context,
  recorded?: RecordedVirtualIp,
): Promise<ObservedVirtualIp> {
  const view = observed?.view ?? (await viewAgents(inputs, context));
  const { main, backup } = requireBoth(view, `Setting up virtual IP ${inputs.address} needs both Agents up.`);
  const members = [main, backup];
  await requirePlace(inputs, members, context, recorded);
  for (const { facts } of members) refuseNamesake(inputs, facts, recorded);
  const clearings = members.flatMap((member) => findClearing(inputs, member, context, recorded) ?? []);
  const clear = async () => {
    for (const { connection, dataMinerId, body } of clearings) {
      await context.write(() => putSettings(connection, dataMinerId, body, { signal: context.signal }));
    }
  };
  const ownedRecords = await convergeRecords(inputs, context, recorded, clear);
  const settled = await observeVirtualIp(inputs, context);
  const ignored = inputs.dns?.__deviations && settled.dns?.__deviations;
  const left = otherThan(ignored, settled.deviations).map(asDifference);
  if (left.length > 0) {
    throw new FailoverError(
      "NOT_APPLIED",
      `Setting up virtual IP ${inputs.address}: read back, ${left.map(differenceText).join("; ")}. Find out who changes it, then run \`pulumi up\` again.`,
    );
  }
  const heldBy = settled.heldBy === "none" ? null : settled.heldBy;
  return { ...settled, heldBy, ownedRecords };
}

/** The address fits both Agents and, when it is new, nobody else has it. */
async function requirePlace(
  inputs: VirtualIpInputs,
  members: readonly AnsweringMember[],
  context: Context,
  recorded: RecordedVirtualIp | undefined,
): Promise<void> {
  const { address, prefixLength, network } = inputs;
  const isNew = recorded?.applied.address !== address || recorded.isUnfinished;
  const [main, backup] = members.map(({ facts }) => facts);
  const [fromMain, fromBackup] = isNew
    ? await Promise.all(members.map(({ connection }) => probe(connection, { addresses: [address], names: [] }, { signal: context.signal })))
    : [];
  const probes = { main: fromMain, backup: fromBackup };
  const judgement = preflightVirtualIp({ address, prefixLength, network }, { main, backup, probes });
  tellWarnings(judgement, context);
  if (members.every(({ facts }) => facts.agent.capabilities.pairTypes.includes("sharedHostname"))) {
    context.warn(
      "both Agents can do a shared hostname, which needs no virtual IP address and is what the product recommends against double registration.",
      "standing",
    );
  }
  const { violations } = judgement;
  if (violations.length === 0) return;
  const reasons = violations.map(({ reason }) => reason).join(" ");
  throw new RefusedError("PREFLIGHT", `Setting up virtual IP ${address}: ${reasons}`, { facts: { violations: violations.length } });
}

interface Clearing extends SettingsChange {
  connection: Connection;
}

function refuseNamesake(inputs: VirtualIpInputs, facts: Snapshot, recorded: RecordedVirtualIp | undefined): void {
  const reason = namesakeReasonAt(inputs, facts, recorded);
  if (reason !== undefined) throw settingsRefused(facts.agent.address, reason);
}

/** Another resource of this stack has cleared the registration, which may be this one under its former name. */
export function namesakeReasonAt(inputs: VirtualIpInputs, facts: Snapshot, recorded?: RecordedVirtualIp): string | undefined {
  const index = interfaceOf(inputs, facts);
  return index === undefined ? undefined : namesakeReason(facts.agent, ownersAs(inputs, recorded), [`registersInDns.${index}`]);
}

/** What is to be written so that nothing is registered; the Agent remembers under our owner how it was, until it is told to put that back. */
function findClearing(
  inputs: VirtualIpInputs,
  { connection, facts }: AnsweringMember,
  context: Context,
  recorded: RecordedVirtualIp | undefined,
): Clearing | undefined {
  const { agent } = facts;
  const { owner } = context;
  const index = interfaceOf(inputs, facts);
  const ownersBefore = recorded?.owners ?? [];
  const stored = owner === undefined ? undefined : findSettingsOwner(agent, [owner, ...ownersBefore]);
  const registers = agent.interfaces.find((candidate) => candidate.index === index)?.registersInDns;
  const isOurs =
    agent.settingsOwners === undefined
      ? recorded === undefined || ownerNameOf(recorded) === ownerNameOf(inputs)
      : stored === owner || (stored === undefined && !isToBeMarked(facts, ownerNameOf(inputs), recorded === undefined));
  if (index === undefined || (registers !== true && isOurs)) return undefined;
  const settings = { registersInDns: [{ interface: index, value: false }] };
  return { connection, ...settingsChange({ resource: "VirtualIp", agent, owner, ownersBefore, settings }) };
}

/** Looks at every record before `clear`, so that a foreign one is refused before anything is changed. */
async function convergeRecords(
  { address, dns }: VirtualIpInputs,
  context: Context,
  recorded: RecordedVirtualIp | undefined,
  clear: () => Promise<void>,
): Promise<OwnedRecord[]> {
  const former = formerRecords(recorded, dns);
  if (dns?.__deviations) {
    await clear();
    await reclaimFormer(former, context);
    return former.owned.slice();
  }
  if (dns === undefined) {
    await clear();
    await releaseFormer(former, context);
    return [];
  }
  warnOfKey(dns, context);
  return withDns(dns, context, async (client) => {
    const rules = fixedRecordRules(address, dns, claimedNames(recorded), recorded?.applied.address);
    const plan = await RecordPlan.of(client, { dns, rules, ttlSeconds: dns.ttl }, former, context);
    await plan.refuseForeign();
    await clear();
    return plan.apply();
  });
}

/** Names that are ours alone since this was last applied; after a failure nobody knows what was. */
function claimedNames(recorded: RecordedVirtualIp | undefined): (name: string) => boolean {
  const { address, dns } = recorded?.applied ?? {};
  if (recorded?.isUnfinished || !dns || address === undefined) return () => false;
  const names = fixedRecordRules(address, dns, () => false)
    .filter(({ others }) => others === "none")
    .map(({ name }) => name);
  return (name) => names.includes(name);
}
