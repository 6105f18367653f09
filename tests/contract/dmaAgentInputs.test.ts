import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { notKnown } from "./resource.js";

let provider: DynamicProvider;

beforeAll(async () => {
  provider = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token });
});

afterAll(() => provider.stop());

const given = { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" };
const canonical = { ...given, address: "10.10.10.1", protocol: "https", basePath: "/api/custom/dma-failover/v1" };

/** Checks what a program declares of an Agent that exists already, so that nobody is asked. */
async function check(args: object) {
  const { inputs, failures } = await provider.check({ host: "10.10.10.1" }, { ...args });
  const { __provider, ...declared } = inputs;
  expect(__provider).toContain(".dmaAgent");
  return { inputs: declared, failures, properties: failures.map(({ property }) => property) };
}

describe("check gives every input its one spelling", () => {
  const spellings: [what: string, args: object, inputs: object][] = [
    ["what is left out", {}, {}],
    ["a host's case and final dot", { host: "DMA1.Example.COM.", address: "10.10.10.1" }, { host: "dma1.example.com" }],
    ["an IPv6 host, which is its address too", { host: "2001:DB8:0::0:1" }, { host: "2001:db8::1", address: "2001:db8::1" }],
    ["an IPv6 address", { address: "2001:0DB8::000A" }, { address: "2001:db8::a" }],
    ["a base path", { basePath: "/dma/" }, { basePath: "/dma" }],
    ["what is null", { caFile: null, settings: null, timeouts: { create: null, delete: "90s" } }, { timeouts: { delete: "90s" } }],
  ];
  test.each(spellings)("%s", async (_, args, inputs) => {
    const checked = await check({ ...given, ...args });
    expect(checked).toMatchObject({ inputs: { ...canonical, ...inputs }, failures: [] });
    expect(Object.keys(checked.inputs).sort()).toEqual(Object.keys({ ...canonical, ...inputs }).sort());
    expect((await check(checked.inputs)).inputs).toEqual(checked.inputs);
  });
});

describe("check names the input that is wrong", () => {
  const mistakes: [what: string, args: object, properties: string[], said: RegExp][] = [
    ["a name without an address", { host: "dma1.example.com" }, ["address"], /corporate IP address, because host is the name dma1/],
    ["a resource name with a hidden character", { __owner: "room/test/a\u202eb" }, ["__owner"], /without control and formatting/],
    ["no token source", { tokenEnv: undefined }, ["tokenEnv"], /one of tokenEnv, tokenFile or token/],
    ["two token sources", { token: "a-literal-token" }, ["token"], /found tokenEnv and token/],
    ["three token sources", { token: "a-literal-token", tokenFile: "/t" }, ["tokenFile"], /found tokenEnv and tokenFile and token/],
    ["a URL as host", { host: "https://dma1", address: "10.10.10.1" }, ["host"], /without protocol or port/],
    ["a host with its port", { host: "10.10.10.1:8443", address: "10.10.10.1" }, ["host"], /without protocol or port/],
    ["a name as address", { address: "dma1.example.com" }, ["address"], /IPv4 or IPv6 address/],
    ["another protocol", { protocol: "ftp" }, ["protocol"], /"https"\|"http"/],
    ["a port that is none", { port: 70000 }, ["port"], /65535/],
    ["a base path that is none", { basePath: "api" }, ["basePath"], /begins with \//],
    ["a length of time that is none", { timeouts: { create: "5 minutes" } }, ["timeouts.create"], /such as "90s"/],
    ["a stray key", { hots: "10.10.10.1" }, ["hots"], /"hots" is no input/],
    ["a stray key inside", { settings: { maxStartSeconds: 5 } }, ["settings.maxStartSeconds"], /"maxStartSeconds" is no input/],
    [
      "a start-up time that cannot be stored",
      { settings: { maxStartupSeconds: 700 } },
      ["settings.maxStartupSeconds"],
      /whole minutes, because DataMiner stores FailoverMaxStartupTime in minutes: a multiple of 60, as in 900\./,
    ],
    ["everything at once", { port: 0, settings: { maxStartupSeconds: -1 } }, ["port", "settings.maxStartupSeconds"], /./],
  ];
  test.each(mistakes)("%s", async (_, args, properties, said) => {
    const checked = await check({ ...given, ...args });
    expect(checked.properties).toEqual(properties);
    for (const { reason } of checked.failures) expect(reason).toMatch(said);
  });
});

describe("check lets through what is not known yet, and judges the rest", () => {
  const unknowns: [what: string, args: object][] = [
    ["host", { host: notKnown.text }],
    ["address", { host: "dma1.example.com", address: notKnown.text }],
    ["token source", { tokenEnv: notKnown.text }],
    ["literal token", { tokenEnv: undefined, token: notKnown.text }],
    ["port", { port: notKnown.number }],
    ["settings", { settings: notKnown.object }],
    ["setting", { settings: { maxStartupSeconds: notKnown.number, maxWaitForOfflineSeconds: 300 } }],
    ["list in a setting", { settings: { interfacesRequiredToGoOnline: notKnown.list } }],
    ["item of a list in a setting", { settings: { interfacesRequiredToGoOnline: [1, notKnown.number] } }],
    ["timeout", { timeouts: { create: notKnown.text } }],
    ["expected DataMiner ID and version", { dataMinerId: notKnown.number, version: notKnown.text }],
  ];
  test.each(unknowns)("an unknown %s", async (_, args) => {
    const known = Object.fromEntries(Object.entries({ ...given, ...args }).filter(([, value]) => value !== undefined));
    const first = await provider.check({}, known);
    expect(first).toMatchObject({ inputs: known, failures: [] });
    expect((await check({ ...known, protocol: "ftp" })).properties).toEqual(["protocol"]);
    expect((await check({ ...known, hots: "x" })).properties).toEqual(["hots"]);
  });

  test("a stray key beside an unknown one inside a setting is named", async () => {
    const settings = { maxStartupSeconds: notKnown.number, maxStartSeconds: 5 };
    expect((await check({ ...given, settings })).properties).toEqual(["settings.maxStartSeconds"]);
  });

  test("what is known keeps its one spelling beside it", async () => {
    const { inputs } = await check({ ...given, host: "2001:DB8::0001", port: notKnown.number });
    expect(inputs).toMatchObject({ host: "2001:db8::1", address: "2001:db8::1", port: notKnown.number, protocol: "https" });
  });
});

test("a state that is not ours, or of a later version, is refused with what to do", async () => {
  await expect(provider.read("10.10.10.1", canonical)).rejects.toThrow("this is no state of a DmaAgent resource");
  await expect(provider.read("10.10.10.1", { ...canonical, schemaVersion: 99 })).rejects.toThrow(/schema version 99.*Install the version/);
});
