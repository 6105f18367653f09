import { readAgent } from "../agent/client.js";
import { agentAddress, connectionKeys, connectionOf, withAddress } from "../agent/connection.js";
import { isSilence, isSilenceInCheck } from "../agent/errors.js";
import { farewell, isPairOfStack } from "../agent/farewell.js";
import { findSettingsOwner, isSupersededOn, isToBeMarked, settingsRefused } from "../agent/settingsChange.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import { sharedSnapshot } from "../agent/snapshots.js";
import { ownerNameOf, ownersAs } from "../core/definition.js";
import { RefusedError, reasonOf } from "../core/errors.js";
import type { Failure } from "../core/inputs.js";
import { defineResource } from "../core/lifecycle.js";
import { takenOver } from "../core/owner.js";
import { isUnknown, sameValue } from "../core/values.js";
import { DmaAgentInputs, inOrder } from "./inputs.js";
import { applySettings, DmaAgentOutputs, heldByNamesake, isSettled, type ObservedAgent, type RecordedAgent } from "./settings.js";

export type { DmaAgentDeclared, DmaAgentInputs } from "./inputs.js";
export type { DmaAgentOutputs } from "./settings.js";

/** What the engine calls for this type of resource. */
export const dmaAgent = defineResource<typeof DmaAgentInputs, ObservedAgent, "agent">({
  type: "DmaAgent",
  drift: { kind: "agent", text: "Agent" },
  inputs: DmaAgentInputs,
  complete: addressed,
  outputs: DmaAgentOutputs,
  recorded: [...connectionKeys.filter((key) => key !== "address"), "timeouts"],
  leaves: () => ["settings"],
  replaces: (recorded, { address }) => (address !== undefined && address !== recorded.address ? ["address"] : []),
  timeouts: { create: 120_000, update: 120_000, delete: 120_000 },
  id: (inputs) => agentAddress(connectionOf(inputs)),

  async preview(inputs, context) {
    try {
      const facts = factsOf(inputs, await readAgent(connectionOf(inputs), { signal: context.signal }));
      return [...unmetExpectations(inputs, facts), ...heldByNamesake(inputs, facts)];
    } catch (error) {
      if (!isSilenceInCheck(error)) return [{ property: "", reason: reasonOf(error) }];
      context.progress(`${reasonOf(error)} Its facts are not checked yet.`);
      return [];
    }
  },

  async observe(inputs, context, recorded) {
    const connection = connectionOf(inputs);
    try {
      const read = () => readAgent(connection, { signal: context.signal });
      const snapshot = context.isRefresh ? await sharedSnapshot(connection, read) : await read();
      // Where the program expects an ID, another one is drift of that input.
      if (inputs.dataMinerId === undefined) refuseOtherAgent(inputs, recorded?.dataMinerId, snapshot);
      return factsOf(inputs, snapshot, recorded);
    } catch (error) {
      if (!context.isRefresh || !recorded || !isSilence(error)) throw error;
      context.progress(`${reasonOf(error)} Its last known facts are kept.`);
      return { ...(recorded as ObservedAgent), reachable: false };
    }
  },

  async converge(inputs, observed, context, recorded) {
    const facts = observed ?? factsOf(inputs, await readAgent(connectionOf(inputs), { signal: context.signal }));
    const [unmet] = unmetExpectations(inputs, facts);
    if (unmet) throw new RefusedError("EXPECTATION_UNMET", `Agent ${inputs.address}: ${unmet.property}: ${unmet.reason}`);
    const [namesake] = heldByNamesake(inputs, facts, recorded);
    if (namesake) throw settingsRefused(facts.agent.address, namesake.reason);
    if (isSettled(inputs, facts, context, recorded)) return facts;
    const isMarked = facts.storedOwner !== undefined || isToBeMarked(facts, ownerNameOf(inputs), recorded === undefined);
    const timers = inputs.settings ?? (isMarked && !recorded?.applied.settings ? {} : undefined);
    const snapshot = await applySettings(facts.agent, connectionOf(inputs), timers, context.owner, recorded?.owners ?? [], context);
    return factsOf(inputs, snapshot);
  },

  async verify(inputs, recorded, context) {
    const isAsBefore = connectionKeys.every((key) => sameValue(inputs[key], recorded[key]));
    if (isAsBefore && recorded.reachable === false) return;
    refuseOtherAgent(inputs, recorded.dataMinerId, await readAgent(connectionOf(inputs), { signal: context.signal }));
  },

  differences: (_, { reachable, address = "" }) =>
    reachable === false ? [{ property: "reachable", declared: true, live: false, unanswered: address, mayLast: true }] : [],

  async remove(recorded, context) {
    const left = recorded.settings ? ` Not put back: ${Object.keys(recorded.settings).join(", ")}.` : "";
    const snapshot = await farewell(connectionOf(recorded), recorded.dataMinerId, left, context);
    if (!snapshot) return;
    const { owners } = recorded;
    const { agent } = snapshot;
    if (isSupersededOn(agent, owners) || (agent.settingsOwners === undefined && context.isReplacement)) {
      return context.progress(`Agent ${agent.address} is left as it is: ${takenOver(context)}`);
    }
    if (!context.isReplaced) refuseInOwnPair(recorded, snapshot);
    if (!recorded.applied.settings && !recorded.isUnfinished && findSettingsOwner(agent, owners) === undefined) return;
    await applySettings(agent, connectionOf(recorded), undefined, owners[0], owners, context);
  },
});

/** A host that is not known yet may turn out to be the address: then that is not known either, and replaces nothing. */
function addressed(inputs: DmaAgentInputs): DmaAgentInputs {
  const { host, address } = inputs;
  return address === undefined && isUnknown(host) ? { ...inputs, address: host } : withAddress(inputs);
}

function factsOf(inputs: DmaAgentInputs, { agent, pair }: Snapshot, recorded?: RecordedAgent): ObservedAgent {
  const live: Record<string, unknown> = {
    ...agent.settings,
    interfacesRequiredToGoOnline: inOrder(agent.settings.interfacesRequiredToGoOnline),
  };
  return {
    address: agent.address,
    dataMinerId: agent.dataMinerId,
    agentName: agent.name,
    version: agent.version,
    cluster: agent.cluster,
    interfaces: agent.interfaces,
    capabilities: agent.capabilities,
    pcap: agent.pcap,
    reachable: true,
    settings: inputs.settings && Object.fromEntries(Object.keys(inputs.settings).map((key) => [key, live[key]])),
    storedOwner: findSettingsOwner(agent, ownersAs(inputs, recorded)),
    agent,
    pair,
  };
}

function unmetExpectations(inputs: DmaAgentInputs, facts: ObservedAgent): Failure[] {
  return (["dataMinerId", "version"] as const)
    .filter((key) => inputs[key] !== undefined && inputs[key] !== facts[key])
    .map((key) => ({
      property: key,
      reason: `the Agent has ${facts[key] ?? "none"}, declared is ${inputs[key]}. Correct the program, or the Agent; \`pulumi up\` cannot change it.`,
    }));
}

/** An address names a server; a DataMiner ID that is another one than before says that this is not the Agent of the state. */
function refuseOtherAgent({ address, host }: DmaAgentInputs, recorded: number | null | undefined, { agent }: Snapshot): void {
  if (recorded === null || recorded === undefined || agent.dataMinerId === null || agent.dataMinerId === recorded) return;
  throw new RefusedError(
    "OTHER_AGENT",
    `Agent ${address}: behind ${host} is an Agent with DataMiner ID ${agent.dataMinerId}, recorded is ${recorded}. ` +
      "Correct host, or declare that Agent as another resource.",
  );
}

/** A set-up whose create was killed is in no state; its members must not be let go. */
function refuseInOwnPair(recorded: RecordedAgent, { pair }: Snapshot): void {
  if (!isPairOfStack(pair, ownerNameOf(recorded))) return;
  throw new RefusedError(
    "AGENT_IN_PAIR",
    `Deleting Agent ${recorded.address}: it is in the Failover pair of ${pair?.owner}, which this run does not end. ` +
      "If its set-up was interrupted, run `pulumi up` first, then `pulumi destroy`. " +
      "If that pair was let go on purpose (`retainOnDelete`, `pulumi state delete`), let go of this too: `pulumi state delete` of this DmaAgent.",
  );
}
