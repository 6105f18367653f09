import { RefusedError } from "../core/errors.js";
import { aliasCure, isSameOwner, isSameStack, isSuperseded, parseOwner } from "../core/owner.js";
import type { PutSettings } from "./contract.js";
import { isPairOfStack } from "./farewell.js";
import type { AgentFacts, Snapshot } from "./snapshotSchema.js";

/** A change of an Agent's settings, ready to be written. */
export interface SettingsChange {
  dataMinerId: number;
  body: PutSettings;
}

type Holding = Pick<AgentFacts, "settingsOwners">;

interface Wanted {
  /** The class of the resource, for the error. */
  resource: string;
  agent: Pick<AgentFacts, "address" | "dataMinerId" | "settingsOwners">;
  /** With its generation. */
  owner: string | undefined;
  /** Whom the settings may have been written as before. */
  ownersBefore: readonly string[];
  settings: PutSettings["settings"];
}

/**
 * What to write for an owner, who may have been renamed or created again; an Agent remembers it by owner and DataMiner ID, so both
 * must be known. An Agent that does not tell whom it remembers gets no generations either: it could not move them on.
 */
export function settingsChange({ resource, agent, owner, ownersBefore, settings }: Wanted): SettingsChange {
  const { address, dataMinerId } = agent;
  if (owner === undefined || dataMinerId === null) {
    const seen =
      owner === undefined
        ? `the resource has no owner. Declare it with the class ${resource} of this package.`
        : "it has no DataMiner ID. Give it its licence and its ID first.";
    throw settingsRefused(address, seen);
  }
  const tells = agent.settingsOwners !== undefined;
  const spelled = tells ? owner : parseOwner(owner).name;
  const before = tells
    ? findSettingsOwner(agent, [owner, ...ownersBefore])
    : ownersBefore.map((name) => parseOwner(name).name).find((name) => name !== spelled);
  return { dataMinerId, body: { owner: spelled, previousOwner: before === spelled ? null : (before ?? null), settings } };
}

/** Settings that cannot be changed; nothing was. */
export const settingsRefused = (address: string, reason: string): RefusedError =>
  new RefusedError("SETTINGS_REFUSED", `Changing settings of Agent ${address}: ${reason}`);

/** As whom the Agent remembers settings of one of these owners, in whichever generation. */
export function findSettingsOwner({ settingsOwners }: Holding, owners: readonly string[]): string | undefined {
  return settingsOwners?.map(({ owner }) => owner).find((stored) => owners.some((owner) => isSameOwner(owner, stored)));
}

/**
 * A creation while the Agent is in a pair of this very stack replaces an earlier one. It is marked on the Agent also where it changes
 * nothing there: only that tells a delete of the earlier one, in whichever run, that the Agent is not its own any more.
 */
export const isToBeMarked = (
  { agent, pair }: Pick<Snapshot, "agent" | "pair">,
  ownerName: string | undefined,
  isCreation: boolean,
): boolean => isCreation && agent.settingsOwners !== undefined && isPairOfStack(pair, ownerName);

/** Whether a later creation of the same resource has taken over what the owners have changed on the Agent. */
export function isSupersededOn(agent: Holding, owners: readonly string[]): boolean {
  const stored = findSettingsOwner(agent, owners);
  return stored !== undefined && !owners.includes(stored) && owners.some((owner) => isSuperseded(owner, stored));
}

/**
 * Why settings cannot be changed: another resource of the same stack has them, which may be this one under its former name.
 * `owners`: this one's, the present name first.
 */
export function namesakeReason(agent: Holding, owners: readonly string[], names: readonly string[]): string | undefined {
  const [owner] = owners;
  if (owner === undefined) return undefined;
  const holding = agent.settingsOwners?.find(
    (held) =>
      isSameStack(held.owner, owner) &&
      !owners.some((ours) => isSameOwner(held.owner, ours)) &&
      held.settings.some((name) => names.includes(name)),
  );
  if (!holding) return undefined;
  const held = holding.settings.filter((name) => names.includes(name)).join(", ");
  return `${held} is held by ${holding.owner}, another resource of this stack. ${aliasCure(holding.owner, owner)}`;
}
