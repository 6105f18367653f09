import { z } from "zod";
import { putSettings } from "../agent/client.js";
import type { Connection } from "../agent/connection.js";
import { isToBeMarked, namesakeReason, settingsChange } from "../agent/settingsChange.js";
import { AgentFacts, type Snapshot } from "../agent/snapshotSchema.js";
import type { Context } from "../core/context.js";
import { ownerNameOf, ownersAs, type Recorded, type Stored } from "../core/definition.js";
import type { Failure } from "../core/inputs.js";
import { sameValue } from "../core/values.js";
import type { DmaAgentInputs } from "./inputs.js";

const dmaAgentOutputFields = {
  /** Number that names this Agent, or its pair, in the DataMiner System; null before one was assigned. */
  dataMinerId: z.int().nullable(),
  /** Name of the Agent. */
  agentName: z.string().nullable(),
  /** Version with its full build, as in `10.5.4.0-15588`. */
  version: z.string(),
  /** Name of the DataMiner System; null when the Agent is in none. */
  cluster: z.string().nullable(),
  /** Its network interfaces, in DataMiner's order. */
  interfaces: AgentFacts.shape.interfaces,
  /** What this version can do: pair types, ways of ending. */
  capabilities: AgentFacts.shape.capabilities,
  /** The packet capture library that was found: npcap, winpcap, none or undetected. Without one no gratuitous ARP is sent. */
  pcap: AgentFacts.shape.pcap,
  /** Whether it answered when it was last read. */
  reachable: z.boolean(),
};
type DmaAgentOutputShape = typeof dmaAgentOutputFields;
export interface DmaAgentOutputFields extends DmaAgentOutputShape {}
export const DmaAgentOutputs: z.ZodObject<DmaAgentOutputFields> = z.object(dmaAgentOutputFields);
export type DmaAgentOutputs = z.infer<typeof DmaAgentOutputs>;

export interface ObservedAgent extends DmaAgentOutputs, Stored {
  address: string;
  settings: DmaAgentInputs["settings"];
  agent: Snapshot["agent"];
  pair: Snapshot["pair"];
}

export type RecordedAgent = Recorded<DmaAgentInputs, ObservedAgent>;

/** Nothing is to be written: the settings are as declared, or are left, and stand under this very creation of the resource. */
export function isSettled(inputs: DmaAgentInputs, facts: ObservedAgent, { owner, left }: Context, recorded?: RecordedAgent): boolean {
  const before = recorded?.applied.settings ?? undefined;
  if (recorded?.isUnfinished || !sameValue(inputs.settings, facts.settings)) return false;
  if (recorded && !left.includes("settings") && !sameValue(inputs.settings, before)) return false;
  if (facts.agent.settingsOwners === undefined) return before === undefined || (recorded && ownerNameOf(recorded)) === ownerNameOf(inputs);
  if (facts.storedOwner === undefined) return !isToBeMarked(facts, ownerNameOf(inputs), recorded === undefined);
  return facts.storedOwner === owner;
}

export function heldByNamesake(inputs: DmaAgentInputs, { agent }: ObservedAgent, recorded?: RecordedAgent): Failure[] {
  const reason = namesakeReason(agent, ownersAs(inputs, recorded), Object.keys(inputs.settings ?? {}));
  return reason === undefined ? [] : [{ property: "settings", reason }];
}

/** Sets exactly these timers under our owner; what was set before and is left out now is put back by the Agent. */
export async function applySettings(
  agent: Snapshot["agent"],
  connection: Connection,
  timers: DmaAgentInputs["settings"],
  owner: string | undefined,
  ownersBefore: readonly string[],
  context: Context,
): Promise<Snapshot> {
  const settings = timers ? { timers } : null;
  const { dataMinerId, body } = settingsChange({ resource: "DmaAgent", agent, owner, ownersBefore, settings });
  return context.write(() => putSettings(connection, dataMinerId, body, { signal: context.signal }));
}
