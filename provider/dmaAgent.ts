import { putSettings, readAgent } from "./agent/client.js";
import { agentAddress, connectionKeys, connectionOf, withAddress } from "./agent/connection.js";
import { isSilence, isSilenceInCheck } from "./agent/errors.js";
import { farewell, isPairOfStack } from "./agent/farewell.js";
import { settingsChange } from "./agent/settingsChange.js";
import type { Snapshot } from "./agent/snapshotSchema.js";
import { sharedSnapshot } from "./agent/snapshots.js";
import type { Context } from "./core/context.js";
import { ownersOf } from "./core/definition.js";
import { RefusedError, reasonOf } from "./core/errors.js";
import type { Failure } from "./core/inputs.js";
import { defineResource } from "./core/lifecycle.js";
import { isUnknown, sameValue } from "./core/values.js";
import { DmaAgentInputs, inOrder } from "./dmaAgent/inputs.js";

export type { DmaAgentDeclared, DmaAgentInputs } from "./dmaAgent/inputs.js";

export interface DmaAgentOutputs {
  dataMinerId: number | null;
  agentName: string | null;
  version: string;
  cluster: string | null;
  interfaces: Snapshot["agent"]["interfaces"];
  capabilities: Snapshot["agent"]["capabilities"];
  pcap: Snapshot["agent"]["pcap"];
  reachable: boolean;
}

interface Observed extends DmaAgentOutputs {
  address: string;
  settings: DmaAgentInputs["settings"];
  __owner: string | undefined;
}

export const dmaAgent = defineResource<typeof DmaAgentInputs, Observed>({
  type: "DmaAgent",
  inputs: DmaAgentInputs,
  complete: addressed,
  outputs: ["dataMinerId", "agentName", "version", "cluster", "interfaces", "capabilities", "pcap", "reachable"],
  recorded: [...connectionKeys.filter((key) => key !== "address"), "timeouts"],
  replaces: (recorded, { address }) => (address !== undefined && address !== recorded.address ? ["address"] : []),
  timeouts: { create: 120_000, update: 120_000, delete: 120_000 },
  id: (inputs) => agentAddress(connectionOf(inputs)),

  async preview(inputs, context) {
    try {
      return unmetExpectations(inputs, factsOf(inputs, await readAgent(connectionOf(inputs), { signal: context.signal })));
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
      const snapshot = context.verb === "read" ? await sharedSnapshot(connection, read) : await read();
      // Where the program expects an ID, another one is drift of that input.
      if (inputs.dataMinerId === undefined) refuseOtherAgent(inputs, recorded?.dataMinerId, snapshot);
      return factsOf(inputs, snapshot, recorded?.__owner);
    } catch (error) {
      if (context.verb !== "read" || !recorded || !isSilence(error)) throw error;
      context.progress(`${reasonOf(error)} Its last known facts are kept.`);
      return { ...(recorded as Observed), reachable: false };
    }
  },

  async converge(inputs, observed, context, recorded) {
    const facts = observed ?? factsOf(inputs, await readAgent(connectionOf(inputs), { signal: context.signal }));
    const [unmet] = unmetExpectations(inputs, facts);
    if (unmet) throw new RefusedError("EXPECTATION_UNMET", `Agent ${inputs.address}: ${unmet.property}: ${unmet.reason}`);
    const before = recorded?.__declared.settings;
    const settled =
      recorded?.__unfinished !== true && sameValue(inputs.settings, facts.settings) && (!recorded || sameValue(inputs.settings, before));
    const renamed = before !== undefined && before !== null && recorded?.__owner !== inputs.__owner;
    if (settled && !renamed) return { ...facts, __owner: inputs.__owner };
    return factsOf(inputs, await applySettings(inputs, inputs.settings, recorded?.__owner, facts.dataMinerId, context), inputs.__owner);
  },

  async verify(inputs, recorded, context) {
    refuseOtherAgent(inputs, recorded.dataMinerId, await readAgent(connectionOf(inputs), { signal: context.signal }));
  },

  differences: (recorded) => (recorded.reachable === false ? ["reachable"] : []),

  async remove(recorded, context) {
    const left = recorded.settings ? ` Not put back: ${Object.keys(recorded.settings).join(", ")}.` : "";
    const snapshot = await farewell(connectionOf(recorded), recorded.dataMinerId, left, context);
    if (!snapshot) return;
    refuseInOwnPair(recorded, snapshot);
    if (!recorded.__declared.settings && !recorded.__unfinished) return;
    const [owner, ownerBefore] = ownersOf(recorded);
    await applySettings({ ...recorded, __owner: owner }, undefined, ownerBefore, snapshot.agent.dataMinerId, context);
  },
});

/** A host that is not known yet may turn out to be the address: then that is not known either, and replaces nothing. */
function addressed(inputs: DmaAgentInputs): DmaAgentInputs {
  const { host, address } = inputs;
  return address === undefined && isUnknown(host) ? { ...inputs, address: host } : withAddress(inputs);
}

function factsOf(inputs: DmaAgentInputs, snapshot: Snapshot, owner = inputs.__owner): Observed {
  const { agent } = snapshot;
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
    __owner: owner,
  };
}

function unmetExpectations(inputs: DmaAgentInputs, facts: DmaAgentOutputs): Failure[] {
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
function refuseInOwnPair({ address, __owner }: DmaAgentInputs, { pair }: Snapshot): void {
  if (!isPairOfStack(pair, __owner)) return;
  throw new RefusedError(
    "AGENT_IN_PAIR",
    `Deleting Agent ${address}: it is in the Failover pair of ${pair?.owner}, which this run does not end. ` +
      "If its set-up was interrupted, run `pulumi up` first, then `pulumi destroy`.",
  );
}

/** Sets exactly these timers under our owner; what was set before and is left out now is put back by the Agent. */
async function applySettings(
  inputs: DmaAgentInputs,
  timers: DmaAgentInputs["settings"],
  previousOwner: string | undefined,
  dataMinerId: number | null | undefined,
  context: Context,
): Promise<Snapshot> {
  const { address, __owner: owner } = inputs;
  const wanted = {
    resource: "DmaAgent",
    address: String(address),
    dataMinerId,
    owner,
    ownerBefore: previousOwner,
    settings: timers ? { timers } : null,
  };
  const change = settingsChange(wanted);
  return context.write(() => putSettings(connectionOf(inputs), change.dataMinerId, change.body, { signal: context.signal }));
}
