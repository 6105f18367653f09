import { membersOf, type PairView, viewMembers } from "../agent/askMembers.js";
import { putSettings, readAgent } from "../agent/client.js";
import { agentAddress, type Connection } from "../agent/connection.js";
import { farewell } from "../agent/farewell.js";
import { isSupersededOn, settingsChange } from "../agent/settingsChange.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import { sameAddress } from "../core/addresses.js";
import type { Context } from "../core/context.js";
import { RefusedError, reasonOf } from "../core/errors.js";
import type { Failure } from "../core/inputs.js";
import { defineResource } from "../core/lifecycle.js";
import { takenOver } from "../core/owner.js";
import { sameValue } from "../core/values.js";
import { tellWarnings } from "../failover/judgement.js";
import { heldVirtualAddresses } from "../failover/memberFacts.js";
import { preflightVirtualIp } from "../failover/preflight.js";
import { formerRecords, releaseFormer } from "../records/formerRecords.js";
import { checkRecords } from "../records/recordPlan.js";
import { convergeVirtualIp, namesakeReasonAt } from "./converge.js";
import { fixedRecordRules } from "./fixedRecords.js";
import { VirtualIpInputs } from "./inputs.js";
import { asDifference, type ObservedVirtualIp, observeVirtualIp, otherThan, type RecordedVirtualIp, VirtualIpOutputs } from "./observe.js";
import { sharedAddress } from "./oneAddress.js";

export type { VirtualIpDeclared, VirtualIpInputs } from "./inputs.js";
export type { VirtualIpOutputs } from "./observe.js";

const twoMinutes = 120_000;

/** What the engine calls for this type of resource. */
export const virtualIp = defineResource<typeof VirtualIpInputs, ObservedVirtualIp, "virtualIp", "virtualIps">({
  type: "VirtualIp",
  drift: { kind: "virtualIp", text: "virtual IP" },
  members: { arePair: false, of: ({ agents }) => ({ main: at(agents, 0), backup: at(agents, 1) }) },
  inventory: { list: "virtualIps" },
  inputs: VirtualIpInputs,
  outputs: VirtualIpOutputs,
  recorded: ["agents", "timeouts"],
  replaces: (recorded, { agents }) => (agents !== undefined && memberAddresses({ agents }) !== memberAddresses(recorded) ? ["agents"] : []),
  fixed: (before, after) =>
    before.network !== undefined && after.network !== undefined && before.network !== after.network
      ? [
          {
            property: "network",
            reason: `the network of a virtual IP cannot be changed. Declare another VirtualIp for the ${after.network} network.`,
          },
        ]
      : [],
  conflicts: sharedAddress,
  timeouts: { create: twoMinutes, update: twoMinutes, delete: twoMinutes },
  id: (inputs) => `${inputs.network}@${memberAddresses(inputs)}`,
  preview: previewVirtualIp,
  observe: observeVirtualIp,
  converge: convergeVirtualIp,
  verify: async ({ agents }, recorded, context) => {
    for (const [index, agent] of agents.entries()) {
      if (!sameValue(agent, recorded.agents[index])) await readAgent(agent, { signal: context.signal });
    }
  },
  // Where the program ignores changes of `dns`, the engine hands back what stands otherwise as if it were declared.
  differences: ({ dns }, { deviations = [] }) => otherThan(dns?.__deviations, deviations).map(asDifference),
  // They follow the address wherever it goes.
  leaves: (named) => (named.includes("address") ? [] : ["dns"]),
  remove: removeVirtualIp,
});

const at = (list: unknown, index: number): unknown => (Array.isArray(list) ? list[index] : undefined);

const memberAddresses = ({ agents }: Pick<VirtualIpInputs, "agents">): string => agents.map(agentAddress).join("+");

/** Judges what the two Agents and the name server say of themselves. One that is silent now may be there when the program is run. */
async function previewVirtualIp(inputs: VirtualIpInputs, context: Context): Promise<Failure[]> {
  const { dns } = inputs;
  const [placement, records] = await Promise.all([
    previewPlacement(inputs, context),
    dns === undefined
      ? []
      : checkRecords(
          dns,
          context,
          fixedRecordRules(inputs.address, dns, () => false),
        ),
  ]);
  return [...placement, ...records];
}

async function previewPlacement(inputs: VirtualIpInputs, context: Context): Promise<Failure[]> {
  const { address, prefixLength, network } = inputs;
  const [main, backup] = inputs.agents as [Connection, Connection];
  const view = await viewMembers({ main, backup }, context).catch((error: unknown) => reasonOf(error));
  if (typeof view === "string") return [{ property: "agents", reason: view }];
  for (const { failure, refusal } of membersOf(view)) {
    if (refusal !== undefined) return [{ property: "agents", reason: refusal }];
    if (failure) context.progress(`${reasonOf(failure)} The virtual IP is not checked yet.`);
  }
  const namesakes = membersOf(view).flatMap(({ facts }) => (facts && namesakeReasonAt(inputs, facts)) ?? []);
  return [
    ...placementFailures({ address, prefixLength, network }, view, context),
    ...namesakes.slice(0, 1).map((reason) => ({ property: "agents", reason })),
  ];
}

function placementFailures(virtualIp: Parameters<typeof preflightVirtualIp>[0], view: PairView, context: Context): Failure[] {
  const judgement = preflightVirtualIp(virtualIp, { main: view.main.facts, backup: view.backup.facts });
  tellWarnings(judgement, context);
  return judgement.violations.map(({ reason }) => ({ property: "address", reason }));
}

/** First the records, then the registration: the other way round an Agent would register beside records that are ours. */
async function removeVirtualIp(recorded: RecordedVirtualIp, context: Context): Promise<void> {
  const left = ` Not put back: registersInDns.`;
  const agents: { connection: Connection; snapshot: Snapshot }[] = [];
  for (const connection of recorded.agents) {
    const snapshot = await farewell(connection, undefined, left, context);
    if (snapshot) agents.push({ connection, snapshot });
  }
  const { owners } = recorded;
  const isSuperseded = agents.some(
    ({ snapshot: { agent } }) => isSupersededOn(agent, owners) || (agent.settingsOwners === undefined && context.isReplacement),
  );
  if (isSuperseded) {
    // What the later creation does not declare any more, such as another hostname, goes all the same.
    await releaseFormer(formerRecords(recorded), context, { isReplaced: true });
    return context.progress(`virtual IP ${recorded.address} is left as it is: ${takenOver(context)}`);
  }
  if (!context.isReplaced) for (const { snapshot } of agents) refuseWhileUsed(recorded, snapshot);
  await releaseFormer(formerRecords(recorded), context);
  for (const { connection, snapshot } of agents) await putBack(recorded, connection, snapshot, context);
}

/** After a change of the address that failed half-way, the pair may use either one. */
function refuseWhileUsed({ address: current, applied }: RecordedVirtualIp, { agent, pair }: Snapshot): void {
  const configured = pair === null || pair.state === "inactive" ? [] : pair.config.virtualIps.map(({ address }) => address);
  const used = [...configured, ...heldVirtualAddresses(agent)];
  const address = [current, applied.address ?? current].find((ours) => used.some((theirs) => sameAddress(theirs, ours)));
  if (address === undefined) return;
  const user = pair === null ? "" : pair.owner === null ? "a pair made by hand at " : `the pair of ${pair.owner} at `;
  throw new RefusedError(
    "VIRTUAL_IP_IN_USE",
    `Deleting virtual IP ${address}: ${user}Agent ${agent.address} still uses it. ` +
      "End that pair or give it another address first; if its set-up was interrupted, run `pulumi up` first, then `pulumi destroy`. " +
      "If it was let go on purpose (`retainOnDelete`, `pulumi state delete`), let go of the rest too: `pulumi state delete` of this VirtualIp, " +
      "then of its DmaAgents.",
  );
}

async function putBack(recorded: RecordedVirtualIp, connection: Connection, { agent }: Snapshot, context: Context): Promise<void> {
  const { owners } = recorded;
  if (owners[0] === undefined) return;
  if (agent.dataMinerId === null)
    return context.progress(`Agent ${agent.address} has lost its DataMiner ID; it is left as it is. Not put back: registersInDns.`);
  const { dataMinerId, body } = settingsChange({ resource: "VirtualIp", agent, owner: owners[0], ownersBefore: owners, settings: null });
  await putSettings(connection, dataMinerId, body, { signal: context.signal });
}
