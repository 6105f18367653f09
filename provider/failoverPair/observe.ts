import { z } from "zod";
import { membersOf, type PairView, viewMembers } from "../agent/askMembers.js";
import { systemClock } from "../core/clock.js";
import type { Context } from "../core/context.js";
import { ownerNameOf, type Recorded, type Stored } from "../core/definition.js";
import { FailoverError, reasonOf } from "../core/errors.js";
import { parseOwner } from "../core/owner.js";
import { withoutAbsent } from "../core/values.js";
import { type Configuration, canonicalConfiguration, positions, sharedAddress } from "../failover/configuration.js";
import { findGivenUp, isStuckProblem, pairProblems } from "../failover/problems.js";
import { problemText } from "../failover/problemText.js";
import { isFailedOver, looksInvalid, onlineOf, speakerOf } from "../failover/roles.js";
import { led } from "../failover/statusRows.js";
import { isStuck, pairProgress } from "../failover/transition.js";
import type { FailoverPairInputs } from "./inputs.js";

const Positions = z.enum(positions);

const failoverPairOutputFields = {
  /** The DataMiner ID that both Agents share. */
  dataMinerId: z.int().nullable(),
  /** configuring, active, switching, inactive (disabled), ending or invalid; anything else is in transition. */
  state: z.string(),
  /** virtualIp or sharedHostname. */
  type: z.enum(["virtualIp", "sharedHostname"]),
  /** Corporate addresses of the members, as the live configuration has them. */
  members: z.record(Positions, z.string()),
  /** Which position is online: main, backup, none or both (split brain). */
  online: z.enum(["main", "backup", "none", "both"]),
  /** Address of the online Agent; null when not exactly one is. */
  onlineAgent: z.string().nullable(),
  /** Whether the backup does the main's work. */
  failedOver: z.boolean(),
  /**
   * The LED of each member, as in the Failover Config window: green, or red when a row is in its bad value or the member is unreachable.
   */
  led: z.record(Positions, z.enum(["green", "red"])),
  /** Whether each Agent answered when it was last asked. One that does not is a difference: the pair cannot be told to be as declared. */
  reachable: z.record(Positions, z.boolean()),
  /**
   * Whether something is under way at the pair for longer than it may take, or nobody is online and nobody tells since when: a difference, for it
   * may never end. `problems` says what.
   */
  stuck: z.boolean(),
  /** What is wrong, one line each; empty when the pair is well. */
  problems: z.array(z.string()),
  /** Where users reach the pair: the corporate virtual IP address or the shared hostname. */
  reachableAt: z.string().nullable(),
};
type FailoverPairOutputShape = typeof failoverPairOutputFields;
export interface FailoverPairOutputFields extends FailoverPairOutputShape {}
export const FailoverPairOutputs: z.ZodObject<FailoverPairOutputFields> = z.object(failoverPairOutputFields);
export type FailoverPairOutputs = z.infer<typeof FailoverPairOutputs>;

/** The live pair: configuration under the names of the inputs, outputs, and the view they come from. */
export interface ObservedPair
  extends FailoverPairOutputs,
    Stored,
    Pick<Configuration, "virtualIps" | "hostname" | "mode" | "heartbeats" | "syncInterface" | "restartWhenGoingOffline"> {
  storedOwner: string | null;
  configuration: Configuration;
  view: PairView;
}

export type RecordedPair = Recorded<FailoverPairInputs, ObservedPair>;

const secondLookMilliseconds = 10_000;

/** The pair as both members tell it; undefined when there is none. Not being able to tell is an error. */
export async function observePair(
  inputs: FailoverPairInputs,
  context: Context,
  recorded?: RecordedPair,
): Promise<ObservedPair | undefined> {
  const view = await viewMembers(inputs, context);
  if (isGone(view, recorded)) return undefined;
  if (context.isRefresh) sayWhatIsUnclear(view, context);
  if (!looksInvalidView(view)) return observedPair(view, false, recorded);
  context.progress("the members contradict each other; looking again in 10 s.");
  await systemClock.sleep(secondLookMilliseconds, context.signal);
  const again = await viewMembers(inputs, context);
  return isGone(again, recorded) ? undefined : observedPair(again, looksInvalidView(again), recorded);
}

/** Why a refresh is not clean: the difference that it makes has a name only. */
function sayWhatIsUnclear(view: PairView, context: Context): void {
  for (const { failure, facts } of membersOf(view)) {
    if (!facts) context.progress(`${reasonOf(failure)} Only what the other member says can be compared.`);
  }
  const progress = pairProgress(membersOf(view), systemClock.now());
  for (const problem of pairProblems(view, { progress, isInvalid: false }).filter(isStuckProblem)) context.progress(problemText(problem));
}

/**
 * Gone: both answer without a pair, or one does that still is the recorded Agent. A member that is silent, or was reset and
 * answers again, proves nothing.
 */
function isGone(view: PairView, recorded: RecordedPair | undefined): boolean {
  const members = membersOf(view);
  const answering = members.filter(({ facts }) => facts !== undefined);
  if (answering.length === 0) throw bothSilent(view);
  if (answering.length === 2) return answering.every(({ facts }) => facts?.pair === null);
  const { failure, refusal } = members.find(({ facts }) => facts === undefined) ?? {};
  const facts = answering[0]?.facts;
  if (facts?.pair) {
    if (refusal !== undefined) throw failure;
    return false;
  }
  if (facts && !facts.agent.pristine && facts.agent.dataMinerId !== null && facts.agent.dataMinerId === recorded?.dataMinerId) return true;
  throw failure;
}

/** Neither told anything. A member that says no is alive, and its reason is what must be mended. */
function bothSilent({ main, backup }: PairView): FailoverError {
  const refused = [main, backup].find(({ refusal }) => refusal !== undefined)?.failure;
  if (refused) return refused;
  const seen = [main, backup].map(({ failure }) => reasonOf(failure)).join(" ");
  return new FailoverError("PAIR_UNREACHABLE", `Reading the pair ${main.address} and ${backup.address}: neither member answers. ${seen}`);
}

/** A split brain, two offline members, or two configurations; it counts when it is seen twice, for a switch looks the same. */
const looksInvalidView = ({ main, backup }: PairView): boolean => looksInvalid(main.facts, backup.facts);

export function observedPair(view: PairView, invalid: boolean, recorded?: RecordedPair): ObservedPair {
  const facts = speakerOf(view)?.facts;
  if (!facts?.pair) throw bothSilent(view);
  const { pair } = facts;
  const configuration = canonicalConfiguration(pair.config);
  const online = onlineOf(view);
  const progress = pairProgress(membersOf(view), systemClock.now());
  const { main, backup, type, virtualIps, hostname, mode, heartbeats, syncInterface, restartWhenGoingOffline } = configuration;
  return {
    dataMinerId: facts.agent.dataMinerId,
    state: invalid ? "invalid" : pair.state,
    type,
    members: { main: main.address, backup: backup.address },
    online,
    onlineAgent: online === "main" || online === "backup" ? view[online].address : null,
    failedOver: isFailedOver(online),
    led: {
      main: led(view.main.facts?.status, progress.members.main),
      backup: led(view.backup.facts?.status, progress.members.backup),
    },
    reachable: { main: view.main.facts !== undefined, backup: view.backup.facts !== undefined },
    stuck: !invalid && (isStuck(progress) || progress.isUntold),
    problems: pairProblems(view, { progress, isInvalid: invalid }).map((problem) => problemText(problem, { counters: false })),
    reachableAt: sharedAddress(configuration),
    virtualIps,
    hostname,
    mode,
    heartbeats: withoutAbsent(heartbeats) as Configuration["heartbeats"],
    syncInterface,
    restartWhenGoingOffline,
    // Disabling clears the owner; that state is named by itself, and is no change of owner.
    owner:
      pair.owner === null ? (pair.state === "inactive" ? recorded && ownerNameOf(recorded.applied) : null) : parseOwner(pair.owner).name,
    storedOwner: pair.owner,
    configuration,
    view,
  };
}

/** The member that was given up and is back; undefined when none is. */
export function givenUpLine(view: PairView): string | undefined {
  const givenUp = findGivenUp(view);
  return givenUp && problemText(givenUp);
}
