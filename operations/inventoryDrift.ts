import { agentAddress, type Connection, type ConnectionDeclared } from "../provider/agent/connection.js";
import { reasonOf } from "../provider/core/errors.js";
import type { Inspection, Resource } from "../provider/core/resource.js";
import { failoverPair, sharedHostnameRecord, virtualIp } from "../provider/index.js";
import { type Findings, pairResult, resultOf, type Subject } from "./drift/classify.js";
import { existence, knownDifferences } from "./drift/differences.js";
import type { DriftResult } from "./driftReport.js";
import { inParallel, stoppedBy } from "./inParallel.js";
import type { Inventory, InventoryEntry, InventoryPair } from "./inventory.js";
import { readStatus } from "./readStatus.js";

export interface InventoryDriftOptions {
  /** How many groups of entries are looked at at a time; a group is what names the same Agents. */
  concurrency: number;
  signal?: AbortSignal | undefined;
  /** Called with the names of a group that is done. */
  onDone?: ((names: string[]) => void) | undefined;
}

/** What every task is run with. */
interface Place {
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
  const place: Place = { source: inventory.file, signal, race };
  const tasks = [
    ...inventory.pairs.map((pair) => pairTask(pair, place)),
    ...inventory.virtualIps.map((entry) => virtualIpTask(entry, place)),
    ...inventory.sharedHostnameRecords.map((entry) => recordTask(entry, place)),
  ];
  const results = new Map<Task, DriftResult>();
  await inParallel(
    groupsOf(tasks),
    options.concurrency,
    async (group) => {
      const found = await Promise.all(group.map((task) => task.run()));
      for (const [index, task] of group.entries()) results.set(task, found[index] as DriftResult);
      options.onDone?.(group.map(({ name }) => name));
    },
    signal,
  ).finally(done);
  return tasks.flatMap((task) => results.get(task) ?? []);
}

function pairTask(pair: InventoryPair, place: Place): Task {
  const { name, main, backup, declared, expectedOnline = null } = pair;
  const { source, signal } = place;
  const subject: Subject = { kind: "pair", name, source, urn: null };
  return {
    agents: [main, backup].map(addressOf),
    name,
    run: async () => {
      const [status, found] = await Promise.all([readStatus(pair, { signal, mayBeRecent: true }), inspect(failoverPair, declared, place)]);
      // Two silent members tell nothing, and the status names each.
      const isSilent = !status.members.main.reachable && !status.members.backup.reachable;
      return pairResult(subject, isSilent ? {} : found, status, expectedOnline);
    },
  };
}

function virtualIpTask(entry: InventoryEntry<VirtualIpEntry>, place: Place): Task {
  const { name, declared } = entry;
  const [main, backup] = declared.agents;
  if (!main || !backup) throw new TypeError("A virtual IP has two Agents.");
  const { source, signal } = place;
  const subject: Subject = { kind: "virtualIp", name, source, urn: null };
  return {
    agents: [main, backup].map(addressOf),
    name,
    run: async () => {
      const [{ members }, found] = await Promise.all([
        readStatus({ name, main, backup }, { signal, mayBeRecent: true, secondLookMilliseconds: 0 }),
        inspect(virtualIp, declared, place),
      ]);
      const silent = [members.main, members.backup].filter(({ reachable }) => !reachable);
      if (silent.length === 2) return resultOf(subject, {}, silent);
      return resultOf(subject, found, silent);
    },
  };
}

type VirtualIpEntry = Inventory["virtualIps"][number]["declared"];

function recordTask(entry: Inventory["sharedHostnameRecords"][number], place: Place): Task {
  const { name, declared } = entry;
  const subject: Subject = { kind: "record", name, source: place.source, urn: null };
  return { agents: [], name, run: async () => resultOf(subject, await inspect(sharedHostnameRecord, declared, place)) };
}

/** What a resource says of its declaration; what it cannot tell is told as such, never thrown. */
async function inspect(resource: Resource, declared: object, { signal, race }: Place): Promise<Findings> {
  try {
    return findingsOf(resource, await race(resource.inspect(declared)));
  } catch (error) {
    signal?.throwIfAborted();
    return { untold: [reasonOf(error)] };
  }
}

function findingsOf(resource: Resource, inspection: Inspection): Findings {
  const { failures, exists, inputs, live, differences } = inspection;
  if (failures.length > 0) return { untold: failures.map(({ property, reason }) => `${property}: ${reason}`) };
  if (!exists) return { differences: [existence(true)] };
  return { differences: differences.length > 0 ? knownDifferences(resource, inputs, live) : [] };
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

const addressOf = (connection: ConnectionDeclared): string => agentAddress(connection as Connection);
