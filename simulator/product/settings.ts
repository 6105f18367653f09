import { isDeepStrictEqual } from "node:util";
import { apiCodes, type PutSettings, type SettingsOwner } from "pulumi-dataminer-failover/agent";
import type { Agent } from "./agent.js";
import { conflict, Refusal } from "./operations.js";

/**
 * Sets what an owner wants and puts back what it wants no longer. What stood there before its first change is remembered by key,
 * on this member alone: settings are never synchronized.
 */
export function putSettings(agent: Agent, { owner, previousOwner, settings }: PutSettings): void {
  const wanted = wantedKeys(agent, settings);
  for (const key of wanted.keys()) {
    const holder = agent.heldSettings.get(key)?.owner;
    if (holder !== undefined && holder !== owner && holder !== previousOwner) {
      throw conflict(apiCodes.foreignOwner, `${key} on ${agent.address} is held by ${holder}.`);
    }
  }
  for (const [key, held] of [...agent.heldSettings]) {
    if (held.owner !== owner && held.owner !== previousOwner) continue;
    if (wanted.has(key)) continue;
    write(agent, key, held.before);
    agent.heldSettings.delete(key);
  }
  for (const [key, value] of wanted) {
    const before = agent.heldSettings.has(key) ? agent.heldSettings.get(key)?.before : read(agent, key);
    agent.heldSettings.set(key, { owner, before });
    write(agent, key, value);
  }
  for (const one of [owner, previousOwner]) if (one !== null) agent.settingsOwners.delete(one);
  if (settings !== null) agent.settingsOwners.add(owner);
}

/** Each owner with the names of what it has changed, as a Snapshot tells them. */
export function settingsOwnersOf({ settingsOwners, heldSettings }: Agent): SettingsOwner[] {
  return [...settingsOwners].sort().map((owner) => ({
    owner,
    settings: [...heldSettings].flatMap(([key, held]) => (held.owner === owner ? [key.replace(/^timers\./, "")] : [])).sort(),
  }));
}

/** Each setting under a name of its own: "timers.maxStartupSeconds", "registersInDns.1". */
function wantedKeys(agent: Agent, settings: PutSettings["settings"]): Map<string, unknown> {
  const wanted = new Map<string, unknown>();
  const startup = settings?.timers?.maxStartupSeconds ?? 0;
  if (startup % 60 !== 0) {
    throw new Refusal(
      400,
      "INVALID_REQUEST",
      `settings.timers.maxStartupSeconds: ${startup} s cannot be stored, FailoverMaxStartupTime has minutes.`,
    );
  }
  for (const [name, value] of Object.entries(settings?.timers ?? {})) if (value !== undefined) wanted.set(`timers.${name}`, value);
  for (const { interface: index, value } of settings?.registersInDns ?? []) {
    if (!agent.cards.some((card) => card.index === index)) {
      throw new Refusal(400, "INVALID_REQUEST", `settings.registersInDns: ${agent.address} has no interface ${index}.`);
    }
    wanted.set(`registersInDns.${index}`, value);
  }
  return wanted;
}

function read(agent: Agent, key: string): unknown {
  const [kind, name = ""] = key.split(".");
  if (kind === "timers") return (agent.timers as Record<string, unknown>)[name];
  return agent.cards.find(({ index }) => index === Number(name))?.registersInDns;
}

function write(agent: Agent, key: string, value: unknown): void {
  const [kind, name = ""] = key.split(".");
  if (isDeepStrictEqual(read(agent, key), value)) return;
  if (kind === "timers") agent.timers = { ...agent.timers, [name]: value };
  const card = agent.cards.find(({ index }) => index === Number(name));
  if (kind === "registersInDns" && card) card.registersInDns = value === true;
}
