import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { DmaAgent, FailoverPair, standardHeartbeats } from "../../sdk/index.js";

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
