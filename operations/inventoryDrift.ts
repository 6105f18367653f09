import { agentAddress } from "../provider/agent/connection.js";
import { reasonOf } from "../provider/core/errors.js";
import { positions } from "../provider/failover/configuration.js";
import { classify, type Findings, type Subject } from "./drift/classify.js";
import { existence, knownDifferences } from "./drift/differences.js";
import type { DriftResult } from "./driftReport.js";
import { inParallel, stoppedBy } from "./inParallel.js";
import type { Inventory, InventoryEntry } from "./inventory.js";
import { connectionsOf } from "./pairTarget.js";
import { readStatus } from "./readStatus.js";

export interface InventoryDriftOptions {
  /** How many groups of entries are looked at at a time; a group is what names the same Agents. */
  concurrency: number;
  signal?: AbortSignal | undefined;
  /** Called with the names of a group that is done. */
  onDone?: ((names: string[]) => void) | undefined;
}

/** What every task is run with. */
interface Terms {
  source: string;
  signal: AbortSignal | undefined;
  race: ReturnType<typeof stoppedBy>["race"];
}

interface Task {
  /** Addresses of the Agents that it asks. */
  agents: string[];
  name: string;
  run: () => Promise<DriftResult>;
}

/**
 * Holds every entry of an inventory to what its Agents and name servers say; no stack and no CLI. What asks the same Agents is done
 * at the same time, so that each Agent is called once; pairs that contradict themselves are looked at a second time.
 */
export async function inventoryDrift(inventory: Inventory, options: InventoryDriftOptions): Promise<DriftResult[]> {
  const { signal } = options;
  const { race, done } = stoppedBy(signal);
  const tasks = inventory.entries.map((entry) => taskOf(entry, { source: inventory.file, signal, race }));
  const results = new Map<Task, DriftResult>();
  await inParallel(
    groupsOf(tasks),
    options.concurrency,
    async (group) => {
      await Promise.all(group.map(async (task) => results.set(task, await task.run())));
      options.onDone?.(group.map(({ name }) => name));
    },
    signal,
  ).finally(done);
  return tasks.flatMap((task) => results.get(task) ?? []);
}

function taskOf(entry: InventoryEntry, terms: Terms): Task {
  const { resource, name, declared, expectedOnline = null } = entry;
  const { drift, members } = resource;
  const subject: Subject = { kind: drift.kind, name, source: terms.source, urn: null };
  const target = members && { name, ...connectionsOf({ name, ...members.of(declared) }) };
  const looking = { signal: terms.signal, mayBeRecent: true, ...(members?.arePair ? {} : { secondLookMilliseconds: 0 }) };
  return {
    agents: target ? positions.map((position) => agentAddress(target[position])) : [],
    name,
    run: async () => {
      const [status, found] = await Promise.all([target && readStatus(target, looking), inspect(entry, terms)]);
      return classify(subject, found, { members, status, expectedOnline });
    },
  };
}

/** What a resource says of its declaration; what it cannot tell is told as such, never thrown. */
async function inspect({ resource, declared }: InventoryEntry, { signal, race }: Terms): Promise<Findings> {
  try {
    const { failures, exists, inputs, live, differences } = await race(resource.inspect(declared));
    if (failures.length > 0) return { untold: failures.map(({ property, reason }) => `${property}: ${reason}`) };
    if (!exists) return { differences: [existence(true)] };
    return { differences: differences.length > 0 ? knownDifferences(resource, inputs, live) : [] };
  } catch (error) {
    signal?.throwIfAborted();
    return { untold: [reasonOf(error)] };
  }
}

/** Tasks that have an Agent in common, also by way of others, make one group. */
function groupsOf(tasks: readonly Task[]): Task[][] {
  const groups: { tasks: Task[]; agents: Set<string> }[] = [];
  const groupOf = new Map<string, (typeof groups)[number]>();
  for (const task of tasks) {
    const met = [...new Set(task.agents.flatMap((agent) => groupOf.get(agent) ?? []))];
    const merged = {
      tasks: [...met.flatMap((group) => group.tasks), task],
      agents: new Set([...met.flatMap(({ agents }) => [...agents]), ...task.agents]),
    };
    for (const group of met) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
    for (const agent of merged.agents) groupOf.set(agent, merged);
  }
  return groups.map((group) => group.tasks);
}
