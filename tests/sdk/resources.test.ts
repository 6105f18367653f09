import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { DmaAgent, FailoverPair, SharedHostnameRecord, standardHeartbeats, VirtualIp } from "../../sdk/index.js";

const registered = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        registered.set(name, { type, ...(inputs as object) });
        return { id: `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: () => ({}),
    },
    "broadcast",
    "live",
  );
});

beforeEach(() => registered.clear());

const settled = <Value>(output: pulumi.Output<Value>) => new Promise<Value>((done) => output.apply(done));

test("a resource carries its type token, its owner and one constant line that requires the provider", async () => {
  const agent = new DmaAgent("main", { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" });
  await settled(agent.urn);
  expect(registered.get("main")).toEqual({
    type: "pulumi-nodejs:dynamic/dataminer:DmaAgent",
    host: "10.10.10.1",
    tokenEnv: "DMA_TOKEN",
    __owner: "broadcast/live/main",
    __provider: 'exports.handler=()=>require("pulumi-dataminer-failover/provider").dmaAgent',
  });
  for (const { __provider } of registered.values()) expect(Buffer.byteLength(String(__provider))).toBeLessThan(120);
});

test("a pair takes an Agent resource as the connection that its program gave, and nothing more", async () => {
  const main = new DmaAgent("main", {
    host: "dma1.example.com",
    address: "10.10.10.1",
    tokenFile: "/run/token",
    version: "10.5.4.0-15588",
  });
  const backup = new DmaAgent("backup", { host: "10.10.10.2", tokenFile: "/run/token" });
  const pair = new FailoverPair("pair", {
    main,
    backup,
    hostname: "dma.example.com",
    mode: "manual",
    heartbeats: standardHeartbeats({ main: "10.10.10.254", backup: "10.10.10.253" }),
  });
  await settled(pair.urn);
  expect(registered.get("pair")).toMatchObject({
    main: { host: "dma1.example.com", address: "10.10.10.1", tokenFile: "/run/token" },
    backup: { host: "10.10.10.2", tokenFile: "/run/token" },
  });
  expect(registered.get("pair")?.main).not.toHaveProperty("version");
});

test("a literal token is a secret, in the Agent and in the pair, and alone", async () => {
  const main = new DmaAgent("main", { host: "10.10.10.1", token: "a-token-of-32-characters-at-least" });
  expect(await pulumi.isSecret(pulumi.output(main.connection.token))).toBe(true);
  expect(await pulumi.isSecret(pulumi.output(main.connection.host))).toBe(false);
});

const provider = (handler: string) => `exports.handler=()=>require("pulumi-dataminer-failover/provider").${handler}`;
const secret = "c2VjcmV0LW9mLWEta2V5";
const dns = { server: "10.0.0.53", zone: "skyline.local", key: { name: "dma-key", secret } };
const members = [
  { hostname: "dma-main", address: "10.10.10.1" },
  { hostname: "dma-backup", address: "10.10.10.2" },
];

/** The value as it is, when nothing of it has to be waited for. */
async function known<Value>(input: pulumi.Input<Value>): Promise<{ value: Value; isKnown: boolean; isSecret: boolean }> {
  const output = pulumi.output(input) as pulumi.Output<Value> & { isKnown: Promise<boolean> };
  const [isKnown, isSecret] = await Promise.all([output.isKnown, pulumi.isSecret(output)]);
  return { value: await settled(output), isKnown, isSecret };
}

/** What was registered, each secret in it by itself or taken out. */
function unwrapped(value: unknown, secretOf = (inner: unknown) => inner): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner: unknown) => unwrapped(inner, secretOf));
  if ("4dabf18193072939515e22adb298388d" in value && "value" in value) return secretOf(unwrapped(value.value, secretOf));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner, secretOf)]));
}
const plainTextOf = (name: string) => JSON.stringify(unwrapped(registered.get(name), () => "a secret"));

test("a VirtualIp takes Agents as connections; a pair takes its address, known at once, and depends on it", async () => {
  const main = new DmaAgent("main", { host: "10.10.10.1", tokenEnv: "DMA_TOKEN", version: "10.5.4.0-15588" });
  const backup = { host: "10.10.10.2", token: "a-token-of-32-characters-at-least" };
  const address = { address: "10.10.10.5", prefixLength: 24, network: "corporate" as const };
  const vip = new VirtualIp("vip", { agents: [main, backup], ...address, dns: { ...dns, hostname: "dma-virtual", members } });
  await settled(vip.urn);
  expect(plainTextOf("vip")).not.toMatch(/c2VjcmV0|a-token-of/);
  const { agents, ...rest } = unwrapped(registered.get("vip")) as { agents: { host: string; tokenEnv?: string; token?: string }[] };
  expect(rest).toMatchObject({
    ...address,
    type: "pulumi-nodejs:dynamic/dataminer:VirtualIp",
    __owner: "broadcast/live/vip",
    __provider: provider("virtualIp"),
    dns: { server: "10.0.0.53", zone: "skyline.local", hostname: "dma-virtual", members },
  });
  expect(agents).toMatchObject([{ host: "10.10.10.1", tokenEnv: "DMA_TOKEN" }, { host: "10.10.10.2" }]);
  expect(agents[0]).not.toHaveProperty("version");
  expect(await known(vip.virtualAddress.address)).toEqual({ value: "10.10.10.5", isKnown: true, isSecret: false });
  const pair = new FailoverPair("pair", { main, backup, virtualIps: [vip], mode: "manual", heartbeats: [] });
  await settled(pair.urn);
  expect(registered.get("pair")?.virtualIps).toEqual([address]);
});

test("a SharedHostnameRecord completes its name with the zone, as its provider does, and a pair takes the whole", async () => {
  const whole = async (hostname: string, zone?: string) => {
    const args = { server: "10.0.0.53", ...(zone === undefined ? {} : { zone }) };
    const record = new SharedHostnameRecord(`record-${hostname}`, { hostname, addresses: ["10.10.10.1", "10.10.10.2"], dns: args });
    return known(record.fullHostname);
  };
  const name = { value: "dma.skyline.local", isKnown: true, isSecret: false };
  expect(await whole("dma", "skyline.local")).toEqual(name);
  expect(await whole("dma.skyline.local", "skyline.local")).toEqual(name);
  expect(await whole("dma.skyline.local")).toEqual(name);
  expect(await whole("dma.", "skyline.local")).toEqual(name);
  const record = new SharedHostnameRecord("record", { hostname: "dma", addresses: ["10.10.10.1", "10.10.10.2"], dns });
  const pair = new FailoverPair("pair", {
    ...{ main: { host: "10.10.10.1", tokenEnv: "T" }, backup: { host: "10.10.10.2", tokenEnv: "T" } },
    ...{ hostname: record, mode: "manual", heartbeats: [] },
  });
  await settled(pair.urn);
  expect(registered.get("pair")?.hostname).toBe("dma.skyline.local");
  expect(registered.get("record")).toMatchObject({
    type: "pulumi-nodejs:dynamic/dataminer:SharedHostnameRecord",
    __owner: "broadcast/live/record",
    __provider: provider("sharedHostnameRecord"),
    addresses: ["10.10.10.1", "10.10.10.2"],
  });
});

test("the literal secret of a key is a secret, also in a key that only then is made, and alone", async () => {
  const shared = { hostname: "dma", addresses: ["10.10.10.1", "10.10.10.2"] };
  for (const [name, given] of [
    ["plain", secret],
    ["output", pulumi.output(secret)],
    ["secret", pulumi.secret(secret)],
  ] as const) {
    const record = new SharedHostnameRecord(name, { ...shared, dns: { ...dns, key: { name: "dma-key", secret: given } } });
    await settled(record.urn);
    expect(plainTextOf(name)).not.toContain(secret);
    expect(unwrapped(registered.get(name))).toMatchObject({ dns });
  }
  const record = new SharedHostnameRecord("none", { ...shared, dns: { server: "10.0.0.53", keyFile: "dns.key" } });
  await settled(record.urn);
  expect(registered.get("none")?.dns).toEqual({ server: "10.0.0.53", keyFile: "dns.key" });
});

test("a resource inside of components has their types in its owner, and waits for none of them", async () => {
  class Site extends pulumi.ComponentResource {
    readonly agent: DmaAgent;
    constructor(name: string, options?: pulumi.ComponentResourceOptions) {
      super("my:index/site:Site", name, {}, options);
      this.agent = new DmaAgent(`${name}-main`, { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" }, { parent: this });
    }
  }
  const outer = new Site("outer");
  const inner = new Site("inner", { parent: outer });
  await Promise.all([settled(outer.agent.urn), settled(inner.agent.urn)]);
  expect(registered.get("outer-main")?.__owner).toBe("broadcast/live/my:index/site:Site::outer-main");
  expect(registered.get("inner-main")?.__owner).toBe("broadcast/live/my:index/site:Site$my:index/site:Site::inner-main");
});

test("a pair hands deleteBeforeReplace on, for check to refuse it", async () => {
  const [main, backup] = [
    { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" },
    { host: "10.10.10.2", tokenEnv: "DMA_TOKEN" },
  ];
  const args = { main, backup, hostname: "dma.example.com", mode: "manual" as const, heartbeats: [] };
  const pair = new FailoverPair("replaced", args, { deleteBeforeReplace: true });
  const plain = new FailoverPair("plain", args);
  await Promise.all([settled(pair.urn), settled(plain.urn)]);
  expect(registered.get("replaced")?.__deleteBeforeReplace).toBe(true);
  expect(registered.get("plain")).not.toHaveProperty("__deleteBeforeReplace");
});

test("what was declared can be read from the resource again, by its name and with its type", async () => {
  const main = new DmaAgent("main", { host: "10.10.10.1", port: 8443, token: "a-token-of-32-characters-at-least" });
  const backup = new DmaAgent("backup", { host: "10.10.10.2", tokenEnv: "DMA_TOKEN" });
  const address = { address: "10.10.10.5", prefixLength: 24, network: "corporate" as const };
  const vip = new VirtualIp("vip", { agents: [main, backup], ...address, dns: { ...dns, hostname: "dma-virtual", members } });
  const record = new SharedHostnameRecord("record", { hostname: "dma", addresses: ["10.10.10.1", "10.10.10.2"], dns, ttl: 60 });
  const pair = new FailoverPair("pair", { main, backup, virtualIps: [vip], mode: "manual", heartbeats: [], endMode: "delete" });

  const port: pulumi.Output<number | null> = main.port;
  const prefixLength: pulumi.Output<number> = vip.prefixLength;
  const network: pulumi.Output<"corporate" | "acquisition"> = vip.network;
  const ttl: pulumi.Output<number | null> = record.ttl;
  const addresses: pulumi.Output<string[]> = record.addresses;
  const mode: pulumi.Output<"manual" | "automatic"> = pair.mode;
  const endMode: pulumi.Output<"delete" | "disable" | null> = pair.endMode;
  expect(await settled(pulumi.all([mode, endMode]))).toEqual(["manual", "delete"]);
  expect(await settled(pulumi.all([port, vip.address, prefixLength, network]))).toEqual([8443, "10.10.10.5", 24, "corporate"]);
  expect(await settled(pulumi.all([record.hostname, ttl, addresses]))).toEqual(["dma", 60, ["10.10.10.1", "10.10.10.2"]]);
  expect(await settled(pair.virtualIps.apply((list) => list?.map((one) => one.address)))).toEqual(["10.10.10.5"]);
  const secretive: pulumi.Output<unknown>[] = [main.token, pair.main, vip.agents, vip.dns, record.dns];
  for (const output of secretive) expect(await pulumi.isSecret(output)).toBe(true);
  const open: pulumi.Output<unknown>[] = [main.host, pair.backup, pair.mode, vip.address];
  for (const output of open) expect(await pulumi.isSecret(output)).toBe(false);
});

test("a transformation of an Agent is not seen by what uses that Agent, as the description of `connection` says", async () => {
  const transformations: pulumi.ResourceTransformation[] = [
    ({ props, opts }) => ({ props: { ...props, basePath: "/behind/a/gateway" }, opts }),
  ];
  const main = new DmaAgent("main", { host: "10.10.10.1", tokenEnv: "DMA_TOKEN" }, { transformations });
  const backup = new DmaAgent("backup", { host: "10.10.10.2", tokenEnv: "DMA_TOKEN" });
  const pair = new FailoverPair("pair", { main, backup, hostname: "dma.example.com", mode: "manual", heartbeats: [] });
  await settled(pair.urn);
  expect(registered.get("main")).toMatchObject({ basePath: "/behind/a/gateway" });
  expect(registered.get("pair")?.main).toEqual({ host: "10.10.10.1", tokenEnv: "DMA_TOKEN" });
});
