import { randomUUID } from "node:crypto";
import { type PairView, requireBoth, viewMembers } from "../agent/askMembers.js";
import { putPair } from "../agent/client.js";
import type { Context } from "../core/context.js";
import { FailoverError, RefusedError, reasonOf } from "../core/errors.js";
import { type Configuration, otherPosition, type Position } from "../failover/configuration.js";
import { configurationDifferences, mergeConfiguration, newConfiguration } from "../failover/configurationChange.js";
import { acquisitionAddress } from "../failover/memberFacts.js";
import type { FailoverPairInputs } from "./inputs.js";
import { givenUpLine, type ObservedPair, type RecordedPair } from "./observe.js";
import { ownerOf, refuseStranger, tellOwnPair } from "./ownership.js";
import { type BothFacts, preflightForChange, preflightForSetUp } from "./preflight.js";
import { followOperation, hasMovedOn, isSettled, settledPair } from "./settle.js";

const looks = 3;

/** Sets up, re-enables or changes the pair, whatever of it is needed, and returns what was read back. */
export async function convergePair(
  inputs: FailoverPairInputs,
  observed: ObservedPair | undefined,
  context: Context,
  recorded?: RecordedPair,
): Promise<ObservedPair> {
  if (observed && !recorded && isSettled(observed)) tellOwnPair(inputs, observed, context);
  let live = observed;
  for (let look = 1; ; look++) {
    try {
      return await convergeFrom(inputs, live, context, recorded);
    } catch (error) {
      if (look === looks || !hasMovedOn(error)) throw error;
      context.progress(`${reasonOf(error)} Looking again.`);
      live = await settledPair(inputs, undefined, context);
    }
  }
}

async function convergeFrom(
  inputs: FailoverPairInputs,
  observed: ObservedPair | undefined,
  context: Context,
  recorded?: RecordedPair,
): Promise<ObservedPair> {
  if (observed) refuseGivenUp(observed);
  const live = observed && (await settledPair(inputs, observed, context));
  if (!live) return setUp(inputs, context);
  refuseStranger(inputs, live, recorded);
  refuseInvalid(live);
  const wanted = mergeConfiguration(live.configuration, inputs);
  const differing = configurationDifferences(live.configuration, wanted);
  if (differing.length === 0 && live.state === "active" && ownerOf(live) === context.owner) {
    // What a silent member holds cannot be told.
    requireFacts(live.view, "Comparing");
    return live;
  }
  const asked = onlinePosition(live);
  const both = requireFacts(live.view, "Changing");
  requireEachOther(both, asked, live);
  await preflightForChange(inputs, both, differing, context);
  if (differing.includes("virtualIps")) {
    context.warn("its virtual IP addresses change: the online Agent takes new addresses, and clients on an old one are cut off.");
  }
  const subject =
    live.state === "inactive"
      ? `Re-enabling pair ${live.dataMinerId}`
      : `Changing ${differing.join(", ") || "owner"} of pair ${live.dataMinerId}`;
  return write(inputs, both, asked, wanted, ownerOf(live), subject, context);
}

async function setUp(inputs: FailoverPairInputs, context: Context): Promise<ObservedPair> {
  const both = requireFacts(await viewMembers(inputs, context), "Setting up");
  await preflightForSetUp(inputs, both, context);
  const member = ({ agent }: BothFacts["main"]) => ({ address: agent.address, acquisitionAddress: acquisitionAddress(agent) });
  const wanted = newConfiguration(member(both.main), member(both.backup), inputs);
  return write(inputs, both, "main", wanted, null, `Setting up pair ${both.main.agent.dataMinerId}`, context);
}

/** One PUT, the operation it starts, and what both members say afterwards. */
async function write(
  inputs: FailoverPairInputs,
  both: BothFacts,
  asked: Position,
  config: Configuration,
  liveOwner: string | null,
  subject: string,
  context: Context,
): Promise<ObservedPair> {
  const connection = inputs[asked];
  const { agent, revision } = both[asked];
  const { owner } = context;
  if (owner === undefined || agent.dataMinerId === null) {
    throw new RefusedError(
      "NOT_PREPARED",
      owner === undefined
        ? `${subject}: the resource has no owner. Declare it with the class FailoverPair of this package.`
        : `${subject}: ${agent.address} has no DataMiner ID. Give it its licence and its ID first.`,
    );
  }
  const body = { requestId: randomUUID(), revision, owner, previousOwner: liveOwner === owner ? null : liveOwner, config };
  const dataMinerId = agent.dataMinerId;
  const operation = await context.write(() => putPair(connection, dataMinerId, body, { signal: context.signal }), { dataMinerId });
  if (operation) await followOperation(connection, operation, subject, context);
  const settled = await settledPair(inputs, undefined, context);
  if (!settled)
    throw new FailoverError("PAIR_VANISHED", `${subject}: afterwards both members say that there is no pair. Run \`pulumi up\` again.`);
  refuseInvalid(settled);
  const left = configurationDifferences(settled.configuration, config);
  if (left.length === 0) return settled;
  throw new FailoverError(
    "NOT_APPLIED",
    `${subject}: read back, ${left.join(", ")} still differ. Check the Failover log of the online Agent (SLFailover.txt).`,
  );
}

function requireFacts(view: PairView, act: string): BothFacts {
  const { main, backup } = requireBoth(view, `${act} the pair needs both members up.`);
  return { main: main.facts, backup: backup.facts };
}

/** A change that one member alone takes up would leave the two apart, until they meet again and the older one is overwritten. */
function requireEachOther(both: BothFacts, asked: Position, { dataMinerId }: ObservedPair): void {
  if (both[asked].pair?.buddyReachable !== false) return;
  const [asking, other] = [both[asked].agent.address, both[otherPosition(asked)].agent.address];
  throw new RefusedError(
    "MEMBERS_CUT_OFF",
    `Changing pair ${dataMinerId}: both answer here, but the online Agent ${asking} does not reach ${other}, which would not follow the change. ` +
      "Repair the path between them, then run `pulumi up` again.",
  );
}

/** Of a disabled pair the member that was kept says that it is online. */
function onlinePosition({ online, dataMinerId }: ObservedPair): Position {
  if (online === "main" || online === "backup") return online;
  throw new RefusedError(
    "NO_ONLINE_MEMBER",
    `Changing pair ${dataMinerId}: no member is online. Bring one online first, then run \`pulumi up\` again.`,
  );
}

/** Before anything is waited for or written: two Agents have one DataMiner ID, and only one of them serves the system. */
export function refuseGivenUp({ view, dataMinerId }: ObservedPair): void {
  const line = givenUpLine(view);
  if (line) throw new RefusedError("GIVEN_UP_AGENT", `Pair ${dataMinerId}: ${line} Then run the same command again.`);
}

function refuseInvalid({ state, problems, dataMinerId }: ObservedPair): void {
  if (state !== "invalid") return;
  throw new RefusedError(
    "PAIR_INVALID",
    `Updating pair ${dataMinerId}: the Failover configuration is invalid. ${problems.join(" ")} ` +
      "Repair it in the Failover configuration window until exactly one member is online, then run `pulumi up` again.",
  );
}
