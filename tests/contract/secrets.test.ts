import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DynamicProvider } from "../support/dynamicProvider.js";
import { closeWorlds, openLivePair, openPrepared, type TwoAgents } from "./pairs.js";
import { Resource } from "./resource.js";
import { findSpellings, startWatched, type WatchedProvider } from "./watchedProvider.js";

/** Spelled otherwise in JSON and in a URL, and a word of none. */
const secret = 'tok"en\\of+pair/=&%41-0123456789abcdef';
const spellings = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("base64")];

let folder: string;
let network = 0;
let echo: Server;
const processes: DynamicProvider[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dma-failover-secrets-"));
  await writeFile(join(folder, "token"), `${secret}\n`);
  await writeFile(join(folder, "twoLines"), `${secret}\nsecond line\n`);
  echo = createServer(answerWithTheToken);
  await new Promise<void>((listening) => echo.listen(0, "127.0.0.1", listening));
});

afterAll(async () => {
  for (const process of processes) process.stop();
  await Promise.all([closeWorlds(), rm(folder, { recursive: true })]);
  echo.close();
});

async function watched(handler: string): Promise<WatchedProvider> {
  const watch = await startWatched(handler, { SECRET_TOKEN: secret, WRONG_TOKEN: `${secret}-old` });
  processes.push(watch.provider);
  return watch;
}

/** Where the token stands in what was given, other than under the key under which the program declared it. */
const leaks = (watch: WatchedProvider): string[] =>
  findSpellings(watch, spellings).filter(
    (path) => !/^given\.\d+\.(inputs|outs|props|failure\.properties)\.((main|backup)\.)?token$/.test(path),
  );

const failing = (call: Promise<unknown>) => expect(call).rejects.toThrow();

/** The life of an Agent and of a pair, with everything that can go wrong on the way. */
const sources: [name: string, source: () => object][] = [
  ["tokenEnv", () => ({ tokenEnv: "SECRET_TOKEN" })],
  ["tokenFile", () => ({ tokenEnv: undefined, tokenFile: join(folder, "token") })],
  ["token", () => ({ tokenEnv: undefined, token: secret })],
];

describe.concurrent.each(sources)("with %s no token is in a result, in an error or in a line", (name, source) => {
  test("of an Agent", async () => {
    const agents = await watched("dmaAgent");
    const { world, agent } = await openPrepared(`60.${200 + ++network}`, { token: secret });
    const args = (more?: object) => world.connection(1, { __owner: "room/test/agent", ...source(), ...more });
    const settings = { maxStartupSeconds: 720 };
    const resource = await new Resource(agents.provider).up(args({ settings }));
    await resource.refresh();
    await resource.diff(args({ settings, port: 1 }));
    for (const errorCode of [1010, 5, 12] as const) {
      agent(1).fail({ kind: "hostError", errorCode });
      await failing(resource.up(args({ settings, timeouts: { update: "1m" } })));
    }
    agent(1).fail({ kind: "loseRequest" }, { route: "putSettings", times: 99 });
    await failing(resource.up(args({ timeouts: { update: "1s" } })));
    agent(1).faults.clear();
    await agents.provider.check({}, args({ dataMinerId: 7, stray: 1, port: 0 }));
    await resource.destroy();
    expect(leaks(agents)).toEqual([]);
    const declared = agents.given.some((one) => JSON.stringify(one).includes(spellings[2] ?? secret));
    expect(declared).toBe(name === "token");
  });

  test("of a pair", async () => {
    const pairs = await watched("failoverPair");
    const { world, agent, args: all, simulator } = await openLivePair(`60.${200 + ++network}`, { token: secret });
    const members = { main: world.connection(1, source()), backup: world.connection(2, source()) };
    const args = (more?: object) => all({ ...members, ...more });
    const resource = await new Resource(pairs.provider).up(args());
    await resource.refresh();
    await resource.up(args({ mode: "manual" }));
    agent(1).fail({ kind: "hostError", errorCode: 1010 });
    await failing(resource.refresh());
    simulator.atPhase("configuring", () => simulator.setForeignHost(world.address(6), true));
    await failing(resource.up(args({ virtualIps: [{ network: "corporate", address: world.address(6), prefixLength: 24 }] })));
    expect(pairs.given.at(-1)).toMatchObject({ failure: { properties: { __provider: expect.any(String) } } });
    agent(1).fail({ kind: "hostError", errorCode: 1011 }, { route: "endPair" });
    await failing(resource.destroy());
    await resource.destroy();
    expect(leaks(pairs)).toEqual([]);
  });
});

describe("a token that is wrong or unusable is in no error either", () => {
  let agents: WatchedProvider;
  let two: TwoAgents;

  beforeAll(async () => {
    agents = await watched("dmaAgent");
    two = await openPrepared(`60.${200 + ++network}`, { token: secret });
  });

  const unusable: [what: string, source: () => object, said: RegExp][] = [
    ["a wrong one", () => ({ tokenEnv: "WRONG_TOKEN" }), /401/],
    ["one in a variable that is not set", () => ({ tokenEnv: "NOT_SET" }), /NOT_SET is not set/],
    ["one in a file that is not there", () => ({ tokenEnv: undefined, tokenFile: "/nowhere/token" }), /\/nowhere\/token/],
    ["one with a line break", () => ({ tokenEnv: undefined, tokenFile: join(folder, "twoLines") }), /twoLines/],
    ["a literal one beside a name", () => ({ token: secret }), /one token source/],
  ];
  test.each(unusable)("%s", async (_, source, said) => {
    const { failures } = await agents.provider.check({}, two.world.connection(1, source()));
    expect(failures.map(({ reason }) => reason).join()).toMatch(said);
    expect(leaks(agents)).toEqual([]);
  });

  test("one that the server itself prints in its answer", async () => {
    const { port } = echo.address() as AddressInfo;
    for (const path of ["page", "error", "host", "nonsense", "refused", "header"]) {
      const connection = { host: "127.0.0.1", protocol: "http", port, tokenEnv: "SECRET_TOKEN", basePath: `/${path}` };
      const { failures } = await agents.provider.check({}, connection);
      expect(failures).toHaveLength(1);
    }
    expect(leaks(agents)).toEqual([]);
  });
});

/** Prints what it was sent, as a debugging page or a badly written script does. */
function answerWithTheToken({ url = "", headers: { authorization = "" } }: IncomingMessage, answer: ServerResponse): void {
  const bodies: Record<string, [status: number, body: string]> = {
    page: [500, `<html><title>Error</title>Authorization: ${authorization}</html>`],
    error: [409, JSON.stringify({ errors: [{ title: "Refused", detail: `You sent ${authorization}`, code: "REFUSED" }] })],
    host: [403, JSON.stringify({ errors: [{ title: authorization, errorCode: 1 }] })],
    nonsense: [200, JSON.stringify({ apiVersion: authorization, [authorization]: 1 })],
    refused: [401, `${authorization}\n${encodeURIComponent(authorization)}`],
    header: [404, ""],
  };
  const [status, body] = bodies[url.split("/")[1] ?? ""] ?? [404, ""];
  answer.writeHead(status, { "x-sent": authorization }).end(body);
}
