import { membersOf, type PairView, viewMembers } from "../agent/askMembers.js";
import { probe } from "../agent/client.js";
import type { ProbeRequest, ProbeResult } from "../agent/contract.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import type { Context } from "../core/context.js";
import { RefusedError, reasonOf } from "../core/errors.js";
import type { Failure } from "../core/inputs.js";
import type { ConfigurationKey } from "../failover/configurationChange.js";
import { type Judgement, tellWarnings } from "../failover/judgement.js";
import { heldVirtualAddresses } from "../failover/memberFacts.js";
import { preflight, preflightChange } from "../failover/preflight.js";
import type { FailoverPairInputs } from "./inputs.js";
import { givenUpLine, observedPair } from "./observe.js";
import { otherPairReason, strangerReason, tellOwnPair } from "./ownership.js";
import { isSettled } from "./settle.js";

interface BothProbes {
  main: ProbeResult;
  backup: ProbeResult;
}

export interface BothFacts {
  main: Snapshot;
  backup: Snapshot;
}

/**
 * Judges a first declaration in preview: only what the two Agents say of themselves, and no longer than 10 s each. An Agent
 * that is silent now may be there when the program is run.
 */
export async function previewMembers(inputs: FailoverPairInputs, context: Context): Promise<Failure[]> {
  const view = await viewMembers(inputs, context).catch((error: unknown) => reasonOf(error));
  if (typeof view === "string") return [{ property: "", reason: view }];
  for (const { position, failure, refusal } of membersOf(view)) {
    if (refusal !== undefined) return [{ property: position, reason: refusal }];
    if (failure) context.progress(`${reasonOf(failure)} The pair is not checked yet.`);
  }
  const [main, backup] = [view.main.facts, view.backup.facts];
  if (main?.pair || backup?.pair) return judgeExisting(inputs, view, context);
  const judgement = preflight({ main, backup, declared: inputs, endMode: inputs.endMode ?? "delete", when: "preview" });
  tellWarnings(judgement, context);
  return judgement.violations;
}

function judgeExisting(inputs: FailoverPairInputs, view: PairView, context: Context): Failure[] {
  const observed = observedPair(view, false);
  const reason = givenUpLine(view) ?? otherPairReason(inputs, observed) ?? strangerReason(inputs, observed);
  if (reason) return [{ property: "", reason }];
  if (isSettled(observed)) tellOwnPair(inputs, observed, context);
  return [];
}

async function probeFromBoth(inputs: FailoverPairInputs, request: ProbeRequest, { signal }: Context): Promise<BothProbes> {
  const [main, backup] = await Promise.all([inputs.main, inputs.backup].map((connection) => probe(connection, request, { signal })));
  if (!main || !backup) throw new TypeError("Two probes were asked for.");
  return { main, backup };
}

/** Judges everything again right before set-up, now also what the network says. Every violation at once. */
export async function preflightForSetUp(inputs: FailoverPairInputs, { main, backup }: BothFacts, context: Context): Promise<void> {
  const request = {
    addresses: (inputs.virtualIps ?? []).map(({ address }) => address),
    names: inputs.hostname ? [inputs.hostname] : [],
  };
  const reverse = inputs.hostname ? [main.agent.address, backup.agent.address] : [];
  const probes = await probeFromBoth(inputs, { ...request, addresses: [...request.addresses, ...reverse] }, context);
  const judgement = preflight({
    main,
    backup,
    declared: inputs,
    endMode: inputs.endMode ?? "delete",
    when: "create",
    probes,
  });
  refuse(judgement, `Setting up a pair of ${main.agent.address} and ${backup.agent.address}`, context);
}

/** Judges what a change of a live pair brings: the changed keys, new addresses in the network, and known issues that it would meet. */
export async function preflightForChange(
  inputs: FailoverPairInputs,
  both: BothFacts,
  changed: readonly ConfigurationKey[],
  context: Context,
): Promise<void> {
  const held = [both.main, both.backup].flatMap(({ agent }) => heldVirtualAddresses(agent));
  const added = changed.includes("virtualIps") ? (inputs.virtualIps ?? []).filter(({ address }) => !held.includes(address)) : [];
  const probes =
    added.length > 0 ? await probeFromBoth(inputs, { addresses: added.map(({ address }) => address), names: [] }, context) : {};
  const question = { ...both, declared: inputs, endMode: inputs.endMode ?? "delete", probes };
  refuse(preflightChange(question, changed), `Changing pair ${both.main.agent.dataMinerId}`, context);
}

function refuse(judgement: Judgement, act: string, context: Context): void {
  tellWarnings(judgement, context);
  const { violations } = judgement;
  if (violations.length === 0) return;
  const reasons = violations.map(({ property, reason }) => `${property}: ${reason}`).join(" ");
  throw new RefusedError("PREFLIGHT", `${act}: ${reasons}`, { facts: { violations: violations.length } });
}
