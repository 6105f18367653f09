import { reasonOf } from "../../provider/core/errors.js";
import { resources } from "../../provider/index.js";
import { inParallel } from "../inParallel.js";
import { type MemberStatus, type PairStatus, readStatus } from "../readStatus.js";
import { connectionFrom } from "./connections.js";
import type { OpenedStack, StateResource } from "./openStack.js";

/** The resource by its type token, whatever the program calls it; undefined: none of ours. */
export const resourceOfToken = (type: string): (typeof resources)[keyof typeof resources] | undefined =>
  Object.values(resources).find(({ token }) => token === type);

const kindOf = (type: string): string | undefined => resourceOfToken(type)?.drift.kind;

/**
 * How the Agents are on which pairs and virtual IP addresses of a stack depend, by URN; a text says why that cannot be asked.
 * Resources with the same Agents cost one call each Agent.
 */
export async function lookAround(
  { resources: present, folder }: OpenedStack,
  environment: Readonly<Record<string, string>>,
  concurrency: number,
  signal?: AbortSignal,
): Promise<Map<string, PairStatus | string>> {
  const asked = present.filter(({ type }) => kindOf(type) === "pair" || kindOf(type) === "virtualIp");
  const statuses = await inParallel(asked, concurrency, (resource) => look(resource), signal);
  return new Map(asked.map(({ urn }, index) => [urn, statuses[index] ?? "It was not asked."]));

  async function look(resource: StateResource): Promise<PairStatus | string> {
    const { name, type, inputs } = resource;
    const [main, backup] = membersOf(inputs).map((member) => connectionFrom(member, { folder, environment }));
    if (!main || !backup) return "Its state names no two Agents.";
    const isPair = kindOf(type) === "pair";
    try {
      return await readStatus({ name, main, backup }, { signal, mayBeRecent: true, ...(isPair ? {} : { secondLookMilliseconds: 0 }) });
    } catch (error) {
      signal?.throwIfAborted();
      return reasonOf(error);
    }
  }
}

const membersOf = ({ main, backup, agents }: StateResource["inputs"]): unknown[] => (Array.isArray(agents) ? agents : [main, backup]);

export const silentMembers = ({ members }: PairStatus): MemberStatus[] =>
  [members.main, members.backup].filter(({ reachable }) => !reachable);
