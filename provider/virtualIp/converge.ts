import { probe, putSettings } from "../agent/client.js";
import type { MemberView } from "../agent/memberViews.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import type { Context } from "../core/context.js";
import { wasApplied } from "../core/definition.js";
import { FailoverError, RefusedError, reasonOf } from "../core/errors.js";
import { serverNames, withDns } from "../dns/connection.js";
import type { OwnedRecord } from "../dns/ownedRecords.js";
import { releaseRecords } from "../dns/ownedRecords.js";
import { RecordPlan } from "../dns/recordPlan.js";
import { preflightVirtualIp } from "../failover/preflight.js";
import type { VirtualIpDns, VirtualIpInputs } from "./inputs.js";
import { interfaceOf, membersOf, type ObservedVirtualIp, observeVirtualIp, type RecordedVirtualIp, viewAgents } from "./observe.js";
import { recordRules } from "./records.js";

/** An Agent that answers. */
type Answering = MemberView & { facts: Snapshot };

/** Checks everything first, then clears the registration on both Agents, then writes the records: in that order none comes back. */
export async function convergeVirtualIp(
  inputs: VirtualIpInputs,
  _observed: ObservedVirtualIp | undefined,
  context: Context,
  recorded?: RecordedVirtualIp,
): Promise<ObservedVirtualIp> {
  const members = requireBoth(membersOf(await viewAgents(inputs, context)), inputs);
  await requirePlace(inputs, members, context, recorded);
  const clear = async () => {
    for (const member of members) await clearRegistration(inputs, member, context, recorded);
  };
  const ownedRecords = await convergeRecords(inputs, context, recorded, clear);
  const settled = await observeVirtualIp(inputs, context);
  if (settled.deviations.length > 0) {
    throw new FailoverError(
      "NOT_APPLIED",
      `Setting up virtual IP ${inputs.address}: read back, ${settled.deviations.join("; ")}. Find out who changes it, then run \`pulumi up\` again.`,
    );
  }
  return { ...settled, ownedRecords, __owner: inputs.__owner };
}

function requireBoth(members: readonly MemberView[], { address }: VirtualIpInputs): Answering[] {
  return members.map((member) => {
    if (member.facts) return { ...member, facts: member.facts };
    throw new RefusedError("MEMBER_UNREACHABLE", `Setting up virtual IP ${address} needs both Agents up. ${reasonOf(member.failure)}`, {
      facts: { member: member.position, address: member.address },
    });
  });
}

/** The address fits both Agents and, when it is new, nobody else has it. */
async function requirePlace(
  inputs: VirtualIpInputs,
  members: readonly Answering[],
  context: Context,
  recorded: RecordedVirtualIp | undefined,
): Promise<void> {
  const { address, prefixLength, network } = inputs;
  const isNew = recorded?.__declared.address !== address || recorded.__unfinished === true;
  const [main, backup] = members.map(({ facts }) => facts);
  const [fromMain, fromBackup] = isNew
    ? await Promise.all(members.map(({ connection }) => probe(connection, { addresses: [address], names: [] }, { signal: context.signal })))
    : [];
  const probes = { main: fromMain, backup: fromBackup };
  const { violations, warnings } = preflightVirtualIp({ address, prefixLength, network }, { main, backup, probes });
  for (const warning of warnings) context.warn(warning);
  if (members.every(({ facts }) => facts.agent.capabilities.pairTypes.includes("sharedHostname"))) {
    context.warn(
      "both Agents can do a shared hostname, which needs no virtual IP address and is what the product recommends against double registration (domain 7.1).",
    );
  }
  if (violations.length === 0) return;
  const reasons = violations.map(({ reason }) => reason).join(" ");
  throw new RefusedError("PREFLIGHT", `Setting up virtual IP ${address}: ${reasons}`, { facts: { violations: violations.length } });
}

/** The Agent remembers under our owner how it was, until it is told to put that back. */
async function clearRegistration(
  inputs: VirtualIpInputs,
  { connection, facts }: Answering,
  context: Context,
  recorded: RecordedVirtualIp | undefined,
): Promise<void> {
  const index = interfaceOf(inputs, facts);
  const { dataMinerId, interfaces, address } = facts.agent;
  const owner = inputs.__owner;
  const before = recorded?.__owner;
  const isRenamed = recorded !== undefined && before !== owner;
  const registers = interfaces.find((candidate) => candidate.index === index)?.registersInDns;
  if (registers !== true && !isRenamed) return;
  if (owner === undefined || dataMinerId === null || index === undefined) {
    const seen =
      owner === undefined
        ? "the resource has no owner. Declare it with the class VirtualIp of this package."
        : "it has no DataMiner ID. Give it its licence and its ID first.";
    throw new RefusedError("SETTINGS_REFUSED", `Changing settings of Agent ${address}: ${seen}`);
  }
  const body = {
    owner,
    previousOwner: isRenamed && before !== undefined ? before : null,
    settings: { registersInDns: [{ interface: index, value: false }] },
  };
  await context.write(() => putSettings(connection, dataMinerId, body, { signal: context.signal }));
}

/** Looks at every record before `clear`, so that a foreign one is refused before anything is changed. */
async function convergeRecords(
  { address, dns }: VirtualIpInputs,
  context: Context,
  recorded: RecordedVirtualIp | undefined,
  clear: () => Promise<void>,
): Promise<OwnedRecord[]> {
  const owned = recorded?.ownedRecords ?? [];
  const before = recorded?.__declared.dns ?? undefined;
  if (dns === undefined) {
    await clear();
    if (before && owned.length > 0)
      await context.write(() => withDns(before, context, (client) => releaseRecords(client, owned, (line) => context.progress(line))));
    return [];
  }
  if (dns.key === undefined && dns.keyFile === undefined) context.warn(`updates to ${serverNames(dns)} are not signed.`);
  return withDns(dns, context, async (client) => {
    const rules = recordRules(address, dns, claimedNames(recorded, before), recorded?.__declared.address);
    const plan = await RecordPlan.of(client, rules, dns.ttl, { dns: before, owned });
    await plan.refuseForeign();
    await clear();
    return plan.apply(context);
  });
}

/** Names that were ours alone when this was last applied. */
function claimedNames(recorded: RecordedVirtualIp | undefined, dns: VirtualIpDns | undefined): (name: string) => boolean {
  const address = recorded?.__declared.address;
  if (!wasApplied(recorded) || !dns || address === undefined) return () => false;
  const names = recordRules(address, dns, () => false)
    .filter(({ others }) => others === "none")
    .map(({ name }) => name);
  return (name) => names.includes(name);
}
