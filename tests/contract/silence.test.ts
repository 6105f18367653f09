import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentControl } from "../../simulator/index.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";
import { closeWorlds, type LivePairOptions, openLivePair } from "./pairs.js";
import { Resource } from "./resource.js";

let agents: DynamicProvider;
let pairs: DynamicProvider;
let world: PairWorld;
let network = 1;

const settings = { maxStartupSeconds: 720 };
const agent = (last: number) => world.simulator.agent(world.address(last));
const agentArgs = (last: number, more?: object) => world.connection(last, { __owner: `room/test/agent${last}`, ...more });
const upAgent = (last: number, more?: object) => new Resource(agents).up(agentArgs(last, more));

async function upPair(options: LivePairOptions = {}) {
  const two = await openLivePair(`69.${++network}`, options);
  return { ...two, resource: await new Resource(pairs).up(two.args()) };
}

/** What a call that must fail says. The scenes run beside one another, and only plain expectations know whose they are. */
const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "It succeeded, but it should have failed.",
    (error: Error) => error.message,
  );

/** Each of these waits for up to 30 s for somebody who is silent, so all of them begin at once. */
const scenes: Record<string, () => Promise<void>> = {
  "a silent Agent keeps its facts with reachable: false; the drift run counts it, and up tries again and fails": async () => {
    const resource = await upAgent(20, { settings });
    const { outs, inputs } = resource;
    agent(20).stop();
    const trying = refusalOf(agents.update(resource.id, { ...outs, reachable: false }, inputs));
    expect(await resource.refresh()).toBe(true);
    expect(resource.outs).toEqual({ ...outs, reachable: false });
    await agents.line(/agent20: Reading Agent .* the connection is refused.* Its last known facts are kept/);
    expect(await resource.diff(agentArgs(20, { settings }))).toMatchObject({ changes: true, replaces: [] });
    await agents.line(/agent20: differs from what is declared: reachable$/);
    expect(await trying).toContain("is refused");
    agent(20).start();
    await world.simulator.settled();
    await resource.up(inputs);
    expect(resource.outs).toEqual(outs);
  },

  "a silent Agent is a line in check, for it may be there when the program runs, and an error in create": async () => {
    agent(21).stop();
    const { inputs } = await agents.check({ host: "x" }, agentArgs(21));
    const creating = refusalOf(agents.create(inputs));
    expect((await agents.check({}, agentArgs(21))).failures).toEqual([]);
    await agents.line(/agent21: Reading Agent .* Its facts are not checked yet/);
    expect(await creating).toContain("is refused");
  },

  "an Agent that takes connections and says nothing is a line in check too": async () => {
    agent(22).cutOff({ how: "hang" });
    expect((await agents.check({}, agentArgs(22))).failures).toEqual([]);
    await agents.line(/agent22: .* Its facts are not checked yet/);
  },

  "a pair with a silent backup is what main says, and the backup is named": async () => {
    const { world: apart, args, resource, agent: member } = await upPair();
    member(2).cutOff({ how: "reset" });
    await resource.refresh();
    expect(resource.outs).toMatchObject({ state: "active", online: "main", led: { main: "green", backup: "red" } });
    expect(resource.outs.problems).toEqual([`backup ${apart.address(2)}: Agent Status is Unreachable.`]);
    expect(await resource.diff(args()), "what a silent member holds is not known").toMatchObject({ changes: true });
  },

  "a pair with a silent main is what the backup says: nobody who answers is online": async () => {
    const { world: apart, args, resource, agent: member } = await upPair();
    member(1).cutOff({ how: "reset" });
    await resource.refresh();
    expect(resource.outs).toMatchObject({ state: "active", online: "none", onlineAgent: null, led: { main: "red", backup: "green" } });
    expect(resource.outs.problems).toEqual([`main ${apart.address(1)}: Agent Status is Unreachable.`, "Nobody who answers is online."]);
    expect(await resource.diff(args()), "what a silent member holds is not known").toMatchObject({ changes: true });
  },

  "a pair with two silent members is an error, never a vanished pair": async () => {
    const { resource, agent: member } = await upPair();
    for (const last of [1, 2]) member(last).stop();
    expect(await refusalOf(resource.refresh())).toMatch(/neither member answers.*is refused.*is refused/);
  },

  "a pair is not gone on the word of a reset backup alone": async () => {
    const { resource, agent: member } = await upPair();
    member(1).stop();
    member(2).prepareAgain({ dataMinerId: 111 });
    expect(await refusalOf(resource.refresh())).toContain("is refused");
  },

  "a change of a pair needs both members up: nothing is sent, and the error names the one that is not": async () => {
    const { world: apart, args, resource, agent: member, writes } = await upPair();
    member(2).stop();
    const { outs } = resource;
    const needs = new RegExp(`Changing the pair needs both members up\\. Reading Agent ${apart.address(2)}: the connection is refused`);
    expect(await refusalOf(resource.up(args({ mode: "manual" })))).toMatch(needs);
    expect(writes()).toEqual([]);
    expect(resource.outs).toEqual(outs);
  },

  "a change of a pair is refused in a split brain, and what is only recorded passes": async () => {
    const { args, resource, pair, writes } = await upPair();
    pair().breakPath();
    pair().bringOnline("backup");
    await pair().settled();
    expect(pair().online).toBe("both");
    await resource.up(args({ allowDataLoss: true }));
    expect(await refusalOf(resource.up(args({ mode: "manual" })))).toMatch(/split brain/i);
    expect(writes()).toEqual([]);
  },
};

const away: [what: string, last: number, act: (one: AgentControl) => void, said: RegExp][] = [
  ["refuses connections", 11, (one) => one.stop(), /the connection is refused/],
  ["resets connections", 12, (one) => one.cutOff({ how: "reset" }), /the connection was cut/],
  ["takes connections and says nothing", 13, (one) => one.cutOff({ how: "hang" }), /did not answer|no answer in time/],
  ["sits behind a proxy that answers 502", 14, (one) => one.fail({ kind: "htmlPage", status: 502 }, { times: 999 }), /502/],
  ["sits behind a proxy that answers 503", 15, (one) => one.fail({ kind: "htmlPage", status: 503 }, { times: 999 }), /503/],
  ["never gets its API up (503)", 16, (one) => one.fail({ kind: "hostError", errorCode: 7 }, { times: 999 }), /503 7/],
];
for (const [what, last, act, said] of away) {
  scenes[`deleting an Agent that ${what} for 30 s leaves it, with one line that names what is not put back`] = async () => {
    const resource = await upAgent(last, { settings });
    act(agent(last));
    await resource.destroy();
    expect(await agents.line(new RegExp(`agent${last}: .*Not put back: maxStartupSeconds`))).toMatch(said);
    expect(agents.lines.filter((line) => line.startsWith(`DmaAgent agent${last}:`))).toHaveLength(1);
  };
}

const unendable: [what: string, silent: number[], act: (one: AgentControl) => void, said: RegExp][] = [
  ["offline member is silent here alone", [2], (one) => one.cutOff({ how: "reset" }), /OFFLINE_SILENT_HERE/],
  ["offline member is stopped", [2], (one) => one.stop(), /OFFLINE_UNREACHABLE/],
  ["members are both silent", [1, 2], (one) => one.cutOff({ how: "reset" }), /`pulumi state delete`.*PAIR_UNREACHABLE/],
];
for (const [what, silent, act, said] of unendable) {
  scenes[`a pair whose ${what} is not ended, and nobody is reset`] = async () => {
    const { resource, agent: member, writes } = await upPair();
    for (const last of silent) act(member(last));
    expect(await refusalOf(resource.destroy())).toMatch(said);
    expect(writes()).toEqual([]);
    expect(member(2).snapshot().agent.elementCount).toBe(40);
  };
}

const ends = new Map<string, Promise<unknown>>();

beforeAll(async () => {
  const lasts = [...away.map(([, last]) => last), 20, 21, 22];
  world = await startPairWorld("69.1", { others: Object.fromEntries(lasts.map((last) => [last, { dataMinerId: 111 }])) });
  agents = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token });
  pairs = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  for (const [name, play] of Object.entries(scenes)) {
    ends.set(
      name,
      play().catch((error: unknown) => error),
    );
  }
});

afterAll(async () => {
  agents.stop();
  pairs.stop();
  await Promise.all([world.close(), closeWorlds()]);
});

test.each(Object.keys(scenes))(
  "%s",
  async (name) => {
    const error = await ends.get(name);
    if (error !== undefined) throw error;
  },
  90_000,
);
