import { afterAll, beforeAll, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";
import { notKnown, Resource } from "./resource.js";

let provider: DynamicProvider;
let world: PairWorld;

/** What stands in MaintenanceSettings.xml before anybody changes it. */
const defaults = {
  maxStartupSeconds: 900,
  maxWaitForOfflineSeconds: 600,
  maxWaitForVirtualIpSeconds: 120,
  pingFailuresBeforeVirtualIpIsFree: 3,
  interfacesRequiredToGoOnline: [1],
};

beforeAll(async () => {
  const lasts = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28];
  world = await startPairWorld("62.1", { others: Object.fromEntries(lasts.map((last) => [last, { dataMinerId: last }])) });
  provider = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await world.close();
});

const args = (last: number, settings?: object, more?: object) =>
  world.connection(last, { __owner: "room/test/agent", settings, ...more }) as Record<string, unknown>;
const up = (last: number, settings?: object, more?: object) => new Resource(provider).up(args(last, settings, more));
/** The Agent's own word. */
const timers = (last: number) => world.simulator.agent(world.address(last)).snapshot().agent.settings;
const writes = (last: number) => world.simulator.requests.count({ addressed: world.address(last), method: "PUT" });

/** Another program, or a person with a script, writes settings of its own: past our provider. */
async function write(last: number, owner: string, settings: object | null): Promise<void> {
  const { url } = world.simulator.agent(world.address(last));
  const query = `agent=${world.address(last)}&dataMinerId=${last}&bypassProxy=true`;
  const answer = await fetch(`${url}${world.simulator.basePath}/agent/settings?${query}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ owner, previousOwner: null, settings: settings && { timers: settings } }),
  });
  expect(answer.status).toBe(200);
}

/** As somebody does who edits the file: our owner still holds the timers. */
const changeByHand = (last: number, settings: object) =>
  write(last, world.simulator.agent(world.address(last)).snapshot().agent.settingsOwners?.[0]?.owner ?? "", settings);

test("create sets the declared timers in one write, shows them, and leaves the others alone", async () => {
  const declared = { maxStartupSeconds: 720, interfacesRequiredToGoOnline: [] };
  const resource = await up(11, declared);
  expect(timers(11)).toEqual({ ...defaults, ...declared });
  expect(resource.outs.settings).toEqual(declared);
  expect(writes(11)).toBe(1);
  expect(await resource.diff(args(11, declared))).toMatchObject({ changes: false });
});

test("delete puts back what stood there before, and nothing else", async () => {
  await write(12, "by/hand/script", { maxWaitForOfflineSeconds: 111 });
  const resource = await up(12, { maxStartupSeconds: 720 });
  await resource.destroy();
  expect(timers(12)).toEqual({ ...defaults, maxWaitForOfflineSeconds: 111 });
  await resource.destroy();
  expect(timers(12)).toEqual({ ...defaults, maxWaitForOfflineSeconds: 111 });
});

test("a timer that is dropped from the program is put back; the others stay", async () => {
  const resource = await up(13, { maxStartupSeconds: 720, maxWaitForVirtualIpSeconds: 60 });
  const fewer = args(13, { maxWaitForVirtualIpSeconds: 60 });
  expect(await resource.diff(fewer)).toMatchObject({ changes: true, replaces: [] });
  await resource.up(fewer);
  expect(timers(13)).toEqual({ ...defaults, maxWaitForVirtualIpSeconds: 60 });
  expect(resource.outs.settings).toEqual({ maxWaitForVirtualIpSeconds: 60 });
});

test("all of them are put back when the program declares no settings any more", async () => {
  const resource = await up(14, { maxStartupSeconds: 720 });
  expect(await resource.diff(args(14))).toMatchObject({ changes: true });
  await resource.up(args(14));
  expect(timers(14)).toEqual(defaults);
  expect(resource.outs.settings).toBeNull();
  expect(await resource.diff(args(14))).toMatchObject({ changes: false });
});

test("a changed timer is written again, and delete still knows what stood there first", async () => {
  const resource = await up(15, { maxStartupSeconds: 720 });
  await resource.up(args(15, { maxStartupSeconds: 840 }));
  expect(timers(15).maxStartupSeconds).toBe(840);
  await resource.destroy();
  expect(timers(15)).toEqual(defaults);
});

test("a timer that changed behind our back is drift, named, and up sets it again", async () => {
  const declared = { maxStartupSeconds: 720, maxWaitForVirtualIpSeconds: 60 };
  const resource = await up(16, declared);
  await changeByHand(16, { ...declared, maxStartupSeconds: 60 });
  await resource.refresh();
  expect(resource.outs.settings).toEqual({ ...declared, maxStartupSeconds: 60 });
  expect(await resource.diff(args(16, declared))).toMatchObject({ changes: true, replaces: [] });
  await provider.line(/^DmaAgent agent: differs from what is declared: settings$/);
  await resource.up(args(16, declared));
  expect(timers(16)).toEqual({ ...defaults, ...declared });
  await resource.destroy();
  expect(timers(16)).toEqual(defaults);
});

test("an update whose plan does not name the settings leaves what was changed behind its back, and says so; a refresh shows it", async () => {
  const declared = { maxStartupSeconds: 720, maxWaitForVirtualIpSeconds: 60 };
  const resource = await up(27, declared);
  await changeByHand(27, { ...declared, maxStartupSeconds: 60 });
  const written = writes(27);
  const expecting = args(27, declared, { dataMinerId: 27 });
  await resource.up(expecting);
  expect([timers(27), writes(27)]).toEqual([{ ...defaults, ...declared, maxStartupSeconds: 60 }, written]);
  await provider.line(/^DmaAgent agent: settings is another than what was last seen, and is left as it is/);
  expect(await resource.diff(expecting)).toMatchObject({ changes: false });
  await resource.refresh();
  expect(await resource.diff(expecting)).toMatchObject({ changes: true });
  await resource.up(expecting);
  expect(timers(27)).toEqual({ ...defaults, ...declared });
  await resource.destroy();
  expect(timers(27)).toEqual(defaults);
});

test("a resource that is only renamed takes over what was changed behind its back, and delete still knows what stood there first", async () => {
  const resource = await up(28, { maxStartupSeconds: 720 });
  await changeByHand(28, { maxStartupSeconds: 60 });
  await resource.up(args(28, { maxStartupSeconds: 720 }, { __owner: "room/test/renamed" }));
  expect(timers(28)).toEqual({ ...defaults, maxStartupSeconds: 60 });
  await resource.refresh();
  await resource.up(args(28, { maxStartupSeconds: 720 }, { __owner: "room/test/renamed" }));
  expect(timers(28)).toEqual({ ...defaults, maxStartupSeconds: 720 });
  await resource.destroy();
  expect(timers(28)).toEqual(defaults);
});

test("a timer that the program does not declare is never drift, and no write of ours touches it", async () => {
  const resource = await up(17, { maxStartupSeconds: 720 });
  await write(17, "by/hand/script", { maxWaitForOfflineSeconds: 5 });
  await resource.refresh();
  expect(resource.outs.settings).toEqual({ maxStartupSeconds: 720 });
  expect(await resource.diff(args(17, { maxStartupSeconds: 720 }))).toMatchObject({ changes: false });
  await resource.up(args(17, { maxStartupSeconds: 780 }));
  await resource.destroy();
  expect(timers(17)).toEqual({ ...defaults, maxWaitForOfflineSeconds: 5 });
});

test("a renamed resource takes its settings with it", async () => {
  const resource = await up(18, { maxStartupSeconds: 720 });
  const renamed = args(18, { maxStartupSeconds: 720 }, { __owner: "room/test/renamed" });
  expect(await resource.diff(renamed)).toMatchObject({ changes: true, replaces: [] });
  await resource.up(renamed);
  await resource.refresh();
  expect(await resource.diff(renamed)).toMatchObject({ changes: false });
  await resource.destroy();
  expect(timers(18)).toEqual(defaults);
});

test("a resource that is renamed and loses a timer in the same run puts that one back", async () => {
  const resource = await up(19, { maxStartupSeconds: 720, maxWaitForVirtualIpSeconds: 60 });
  await resource.up(args(19, { maxWaitForVirtualIpSeconds: 60 }, { __owner: "room/test/renamed" }));
  expect(timers(19)).toEqual({ ...defaults, maxWaitForVirtualIpSeconds: 60 });
  await resource.destroy();
  expect(timers(19)).toEqual(defaults);
});

test("a timer that somebody else holds is refused with his name, and nothing is left in state", async () => {
  await up(20, { maxStartupSeconds: 720 }, { __owner: "room/other/agent" });
  const second = new Resource(provider);
  const refused = /409 FOREIGN_OWNER, timers.maxStartupSeconds .* is held by room\/other\/agent/;
  await expect(second.up(args(20, { maxStartupSeconds: 840, maxWaitForOfflineSeconds: 5 }))).rejects.toThrow(refused);
  expect(second.id).toBe("");
  expect(timers(20)).toEqual({ ...defaults, maxStartupSeconds: 720 });
});

test("a refused change leaves the state as it was, and the next run finds the same difference", async () => {
  const resource = await up(21, { maxStartupSeconds: 720 });
  await write(21, "by/hand/script", { maxWaitForOfflineSeconds: 5 });
  const { outs } = resource;
  const both = args(21, { maxStartupSeconds: 840, maxWaitForOfflineSeconds: 7 });
  await expect(resource.up(both)).rejects.toThrow("is held by by/hand/script");
  expect(resource.outs).toEqual(outs);
  expect(timers(21)).toEqual({ ...defaults, maxStartupSeconds: 720, maxWaitForOfflineSeconds: 5 });
  expect(await resource.diff(both)).toMatchObject({ changes: true });
  await write(21, "by/hand/script", null);
  await resource.up(both);
  expect(timers(21)).toEqual({ ...defaults, maxStartupSeconds: 840, maxWaitForOfflineSeconds: 7 });
});

test("an answer that was lost is no second change: what stood there first is still put back", async () => {
  world.simulator.agent(world.address(22)).fail({ kind: "loseAnswer" }, { route: "putSettings" });
  const resource = await up(22, { maxStartupSeconds: 720 });
  expect(writes(22)).toBe(2);
  await resource.destroy();
  expect(timers(22)).toEqual(defaults);
});

/** A write that never gets through, or whose answer never does, until the verb's time is up. */
async function failWrites(last: number, kind: "loseRequest" | "loseAnswer", act: () => Promise<unknown>): Promise<void> {
  const agent = world.simulator.agent(world.address(last));
  agent.fail({ kind }, { route: "putSettings", times: 999 });
  await expect(act()).rejects.toThrow();
  agent.faults.clear();
}

test("a write of unknown fate is made again: what it was to put back is put back by the next run", async () => {
  const resource = await up(24, { maxStartupSeconds: 720, maxWaitForVirtualIpSeconds: 60 });
  const fewer = args(24, { maxStartupSeconds: 720 }, { timeouts: { update: "1s" } });
  await failWrites(24, "loseRequest", () => resource.up(fewer));
  expect(await resource.diff(fewer)).toMatchObject({ changes: true });
  await resource.up(fewer);
  expect(timers(24)).toEqual({ ...defaults, maxStartupSeconds: 720 });
  expect(await resource.diff(fewer)).toMatchObject({ changes: false });
});

test("a write of unknown fate is not forgotten by delete", async () => {
  const resource = await up(25, { maxStartupSeconds: 720 });
  await failWrites(25, "loseRequest", () => resource.up(args(25, undefined, { timeouts: { update: "1s" } })));
  await resource.destroy();
  expect(timers(25)).toEqual(defaults);
});

test("a renaming of unknown fate leaves nothing behind when the resource is deleted", async () => {
  const resource = await up(26, { maxStartupSeconds: 720 });
  const renamed = args(26, { maxStartupSeconds: 720 }, { __owner: "room/test/renamed", timeouts: { update: "1s" } });
  await failWrites(26, "loseAnswer", () => resource.up(renamed));
  await resource.destroy();
  expect(timers(26)).toEqual(defaults);
});

test("settings that are not known yet are a change, and no replacement", async () => {
  const resource = await up(23, { maxStartupSeconds: 720 });
  expect(await resource.diff(args(23, notKnown.object as never))).toMatchObject({ changes: true, replaces: [] });
  expect(await resource.diff(args(23, { maxStartupSeconds: notKnown.number }))).toMatchObject({ changes: true, replaces: [] });
});
