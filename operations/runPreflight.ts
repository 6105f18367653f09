import { type Asking, askMembers, membersOf } from "../provider/agent/askMembers.js";
import { probe } from "../provider/agent/client.js";
import type { Connection } from "../provider/agent/connection.js";
import type { ProbeRequest, ProbeResult } from "../provider/agent/contract.js";
import { FailoverError, reasonOf } from "../provider/core/errors.js";
import type { Failure } from "../provider/core/inputs.js";
import { type Position, positions } from "../provider/failover/configuration.js";
import { memberName } from "../provider/failover/memberFacts.js";
import { type PreflightQuestion, preflight } from "../provider/failover/preflight.js";
import type { FailoverPairDeclared, FailoverPairInputs } from "../provider/failoverPair/index.js";
import { failoverPair } from "../provider/index.js";
import type { StackPair } from "./stackPairs.js";

/** What stands between two Agents and the declared pair. */
export interface PreflightReport {
  /** What is wrong, by input; `property` is empty when it is the pair as a whole. Each says what to do. */
  violations: Failure[];
  /** Worth knowing, no reason to stop. */
  warnings: string[];
  /** One line for each member that could not be asked; what needs its word is not judged. */
  unreachable: string[];
}

/** A declaration as a program writes it, or as a stack or an inventory has it: it is judged before anything else. */
export type PairDeclared = FailoverPairDeclared | StackPair["declared"];

/**
 * Whether two Agents can become the declared pair, or stay it: everything at once, before anything is written. Also the network is
 * asked, from both members: whether the virtual IP addresses are free, and what the shared hostname resolves to.
 */
export async function runPreflight(declared: PairDeclared, options: Asking = {}): Promise<PreflightReport> {
  const { inputs: pair, failures } = failoverPair.judge(declared);
  if (!pair) return { violations: [...failures], warnings: [], unreachable: [] };
  const asked = await askMembers(pair, options);
  const unreachable = membersOf(asked).flatMap(({ position, address, failure }) =>
    failure ? [`${memberName(position, address)}: ${reasonOf(failure)}`] : [],
  );
  const question = {
    main: asked.main.facts,
    backup: asked.backup.facts,
    declared: pair,
    endMode: pair.endMode ?? "delete",
    when: "create",
  } satisfies PreflightQuestion;
  if (unreachable.length > 0) return { ...preflight(question), unreachable };
  const { probes, silent } = await probeFromBoth(pair, options);
  return { ...preflight({ ...question, probes }), unreachable: silent };
}

/** The addresses that are to be free, and for a shared hostname also where the members' own names lead. */
function probeRequest({ virtualIps = [], hostname, main, backup }: FailoverPairInputs): ProbeRequest {
  const members = hostname ? [main, backup].map(({ address, host }) => address ?? host) : [];
  return { addresses: [...virtualIps.map(({ address }) => address), ...members], names: hostname ? [hostname] : [] };
}

async function probeFromBoth(pair: FailoverPairInputs, asking: Asking) {
  const request = probeRequest(pair);
  const results = await Promise.all(positions.map((position) => probeFrom(position, pair[position], request, asking)));
  const probes: Partial<Record<Position, ProbeResult>> = {};
  const silent: string[] = [];
  for (const [at, result] of results.entries()) {
    const position = positions[at];
    if (position && typeof result === "object") probes[position] = result;
    else if (typeof result === "string") silent.push(result);
  }
  return { probes, silent };
}

/** A probe pings, so it takes longer than a look. A text says why there is none. */
async function probeFrom(position: Position, connection: Connection, request: ProbeRequest, { signal }: Asking) {
  const inTime = AbortSignal.timeout(probeMilliseconds);
  try {
    return await probe(connection, request, { signal: signal ? AbortSignal.any([signal, inTime]) : inTime });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof FailoverError) return `${memberName(position, connection.address ?? connection.host)}: ${reasonOf(error)}`;
    throw error;
  }
}

const probeMilliseconds = 30_000;
