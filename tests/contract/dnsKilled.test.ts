import { describe, expect, onTestFinished, test } from "vitest";
import type { LoggedMessage, NameServer } from "../../simulator/index.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { until } from "../support/patience.js";
import { isThorough } from "../support/suites.mjs";
import { token, tokenEnv } from "../support/world.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import { key, openSharedHostnamePlace, secretEnv } from "./sharedHostnames.js";
import { closeWorlds, openVirtualIpWorld } from "./virtualIpWorld.js";

/** A name server of its own, and what a program declares there. */
interface Place {
  server: NameServer;
  args: () => Record<string, unknown>;
  /** Everything that a create changes and a delete puts back. */
  state: () => Promise<unknown>;
  records: () => string[];
}

interface Kind {
  handler: string;
  environment: Record<string, string>;
  open: () => Promise<Place>;
  /** Records of the resource's own, all of them. */
  owned: number;
}

async function startProcess({ handler, environment }: Kind): Promise<DynamicProvider> {
  const provider = await DynamicProvider.start(handler, environment);
  onTestFinished(() => provider.stop());
  return provider;
}

/** Messages of the provider; Agents have a key of their own. */
const sent = ({ server }: Place): readonly LoggedMessage[] => server.log.all({ key: "dma-key." });
const ours = { key: "dma-key" } as const;

/** What the engine hands to create. */
const checked = async (provider: DynamicProvider, { args }: Place) => (await provider.check({}, args())).inputs;

/**
 * Creates until the process has sent so many messages, and kills it: before that one is carried out, or after and before it is
 * answered. What it has sent beside is not carried out.
 */
async function killAt(message: number, when: "before" | "after", kind: Kind, place: Place, inputs: Record<string, unknown>): Promise<void> {
  const { server } = place;
  const provider = await startProcess(kind);
  server.log.clear();
  if (message > 1) server.fail({ kind: "slow", milliseconds: 0 }, { ...ours, times: message - 1 });
  if (when === "after") server.fail({ kind: "loseAnswer", connection: "open" }, ours);
  server.fail({ kind: "loseRequest", connection: "open" }, { ...ours, times: Number.POSITIVE_INFINITY });
  const ended = provider.create(inputs).then(
    () => "done",
    () => "killed",
  );
  await until(() => (when === "after" ? sent(place)[message - 1]?.rcode != null : sent(place).length >= message));
  provider.stop();
  expect(await ended).toBe("killed");
  server.clearFaults();
}

/** Kills one, then does in `next` what `pulumi up` and `pulumi destroy` do. How many records stood there when it was killed. */
async function survive(message: number, when: "before" | "after", kind: Kind, next: DynamicProvider): Promise<number> {
  const place = await kind.open();
  const before = await place.state();
  await killAt(message, when, kind, place, await checked(next, place));
  const reached = withoutClaims(place.records()).length;
  const resource = await new Resource(next).up(place.args());
  const at = `killed ${when} message ${message}`;
  expect(resource.outs.ownedRecords, at).toHaveLength(kind.owned);
  await resource.refresh();
  expect(await next.diff(resource.id, resource.outs, await checked(next, place)), at).toMatchObject({ changes: false });
  await resource.destroy();
  expect(await place.state(), at).toEqual(before);
  return reached;
}

/**
 * At every update that a create sends, also one without changes, and at the question after it: of the questions between two updates
 * one stands for all, as they write nothing. In the fast suite only at what changes something.
 */
function killsAt(messages: readonly LoggedMessage[]): { message: number; when: "before" | "after" }[] {
  return messages.flatMap(({ opcode, changes }, index) => {
    const isAtUpdate = opcode === "UPDATE" || messages[index - 1]?.opcode === "UPDATE";
    const moments = changes.length > 0 ? (["before", "after"] as const) : isThorough && isAtUpdate ? (["before"] as const) : [];
    return moments.map((when) => ({ message: index + 1, when }));
  });
}

async function surviveAll(kind: Kind): Promise<number> {
  const next = await startProcess(kind);
  const whole = await kind.open();
  const inputs = await checked(next, whole);
  whole.server.log.clear();
  await next.create(inputs);
  const kills = killsAt(sent(whole));
  const reached = new Set<number>();
  const work = async () => {
    for (let kill = kills.shift(); kill; kill = kills.shift()) reached.add(await survive(kill.message, kill.when, kind, next));
  };
  await Promise.all([work(), work()]);
  return reached.size;
}

/** One for each place. In one process, places of the same stack would be one program. */
let network = 0;

const sharedHostname: Kind = {
  handler: "sharedHostnameRecord",
  environment: { [secretEnv]: key.secret },
  owned: 4,
  open: async () => {
    const place = await openSharedHostnamePlace();
    const __owner = `room/test-${++network}/dma`;
    return { ...place, args: () => place.args({ __owner }), state: async () => place.records() };
  },
};

const virtualIp: Kind = {
  handler: "virtualIp",
  environment: { [tokenEnv]: token },
  owned: 4,
  open: async () => {
    // One Agent registers in DNS, so that there is a setting to put back; the other one's records are the resource's own.
    const place = await openVirtualIpWorld(`75.${++network}`, { backup: { registersInDns: false } });
    onTestFinished(closeWorlds);
    const { simulator, agent, records, registers } = place;
    const owners = () => [1, 2].map((last) => agent(last).snapshot().agent.settingsOwners);
    const state = async () => {
      await simulator.registered();
      return { records: records().sort(), registers: registers(), owners: owners() };
    };
    return { ...place, state };
  },
};

describe.each([
  ["SharedHostnameRecord", sharedHostname],
  ["VirtualIp", virtualIp],
])("a create of a %s that is killed at any update", (_, kind) => {
  test("leaves nothing after up and destroy", async () => {
    // Nothing, the records of the forward zone, and all of them.
    expect(await surviveAll(kind)).toBe(3);
  });
});
