import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { claimsIn, withoutClaims } from "../contract/claims.js";
import { Resource } from "../contract/resource.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { dig, transfer } from "../support/nameServers/dig.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { host, onEachServer, type Place, zone } from "./place.js";

/** The engine starts one process for each run. */
let provider: DynamicProvider;
const beginRun = async () => {
  provider?.stop();
  provider = await DynamicProvider.start("sharedHostnameRecord");
};
beforeEach(beginRun);
afterAll(() => provider.stop());

const argsOf = ({ server }: Place, [one, two]: readonly [string, string], more: object = {}, dns: object = {}) => ({
  hostname: "dma.skyline.local",
  addresses: [one, two],
  dns: { server: `${server.address}:${server.port}`, zone: "skyline.local", keyFile: server.keys.writer.file, ...dns },
  __owner: "room/test/dma",
  ...more,
});
const everything = async ({ server }: Place) =>
  (await Promise.all([zone, "10.10.10.in-addr.arpa."].map((each) => transfer(server, each)))).flat();
const [one, two] = ["10.10.10.1", "10.10.10.2"] as const;
const up = (args: object) => new Resource(provider).up({ ...args });
const claimsOf = (owner: string) =>
  [
    ...[one, two].map((address) => `${host("dma")}: ${owner}: A ${address}`),
    ...[one, two].map((address) => `${reverseNameOf(address)}: ${owner}: PTR ${host("dma")}`),
  ].sort();

onEachServer({ address: "127.53.14.1" }, (place) => {
  const args = (more?: object, dns?: object) => argsOf(place, [one, two], more, dns);
  const live = async () => withoutClaims(await everything(place)).length;

  test("a record stands with its owner, and goes with its last one", async () => {
    const first = await up(args());
    expect(claimsIn(await everything(place))).toEqual(claimsOf("room/test/dma"));
    const replaced = await up(args());
    await first.destroy();
    const __owner = `room/test/${"renamed ".repeat(40)}"so"`;
    const renamed = await up(args({ __owner }));
    expect(claimsIn(await everything(place))).toEqual([...claimsOf("room/test/dma"), ...claimsOf(__owner)].sort());
    await replaced.destroy();
    expect([await live(), claimsIn(await everything(place))]).toEqual([4, claimsOf(__owner)]);
    await renamed.up(args({ __owner: "room/test/dma" }));
    await renamed.refresh();
    expect(await renamed.diff(args())).toMatchObject({ changes: false });
    expect(claimsIn(await everything(place))).toEqual(claimsOf("room/test/dma"));
    await renamed.destroy();
    expect(await everything(place)).toEqual([]);
  });

  test("a state of the version before is valid, and its records are taken into ownership by the next update", async () => {
    const state = oldState(place);
    const made = async () => {
      await nsupdate(
        place.server,
        `zone ${zone}`,
        ...[one, two].map((address) => `update add ${host("dma")} 300 A ${address}`),
        "send",
        "zone 10.10.10.in-addr.arpa.",
        ...[one, two].map((address) => `update add ${reverseNameOf(address)} 300 PTR ${host("dma")}`),
      );
      return Object.assign(new Resource(provider), structuredClone(state));
    };
    const removed = await made();
    await removed.refresh();
    expect(await removed.diff(args())).toMatchObject({ changes: false });
    await removed.destroy();
    expect(await everything(place)).toEqual([]);
    const updated = await made();
    await updated.up(args({ ttl: 60 }));
    expect(claimsIn(await everything(place))).toEqual(claimsOf("room/test/dma"));
    const other = await up(args({ __owner: "room/other/dma" }));
    await updated.destroy();
    expect(await live()).toBe(4);
    await Object.assign(new Resource(provider), structuredClone(state)).destroy();
    expect(await live(), "what another one owns stays").toBe(4);
    await other.destroy();
    expect(await everything(place)).toEqual([]);
  });
});

/** As version 0.1 left it, with the addresses and the server of this place. */
function oldState(place: Place): { id: string; inputs: Record<string, unknown>; outs: Record<string, unknown> } {
  const file = resolve(__dirname, "../contract/states/sharedHostnameRecord.v1.json");
  const text = readFileSync(file, "utf8").replaceAll("127.59.2.", "10.10.10.").replaceAll("2.59.127.in-addr", "10.10.10.in-addr");
  const { id, inputs, outputs } = JSON.parse(text);
  const { hostname, dns } = argsOf(place, [one, two]);
  const declared = { ...outputs.__declared, hostname, dns, ttl: null, __owner: "room/test/dma" };
  const outs = { ...outputs, ...declared, __declared: declared };
  return { id, inputs: { ...inputs, hostname, dns, __owner: "room/test/dma" }, outs };
}

describe("where the keys may write no TXT record", () => {
  onEachServer({ address: "127.53.14.2", writableTypes: ["A", "AAAA", "PTR"] }, (place, watch) => {
    const args = (more?: object, dns?: object) => argsOf(place, [one, two], more, dns);
    const state = { ownership: "state" };

    test("the refusal names the way out, and what was written all the same goes with the resource", async () => {
      const resource = new Resource(provider);
      const error = await watch.failureOf(resource.up(args()));
      expect(error.message).toMatch(
        /writes TXT records at _dataminer-failover\.<name>.*let the key write those in skyline\.local\. too, or set dns\.ownership to "state"/,
      );
      expect(error.message).toMatch(place.kind === "powerdns" ? "DNS_NOT_APPLIED" : /DNS_REFUSED|DNS_BADKEY/);
      if (resource.id === "") return expect(await everything(place)).toEqual([]);
      await resource.up(args({}, state));
      expect(await everything(place)).toHaveLength(4);
      await resource.destroy();
      expect(await everything(place)).toEqual([]);
    });

    test("the way out works, also for a resource that is replaced by itself", async () => {
      const resource = await up(args({}, state));
      expect((await dig(place.server, host("dma"), "A"))?.data).toEqual([one, two]);
      await beginRun();
      // The engine checks what exists, then the creation in its place.
      await provider.check(resource.inputs, args({}, state));
      const next = await up(args({}, state));
      await provider.delete(resource.id, resource.outs);
      expect(await everything(place)).toHaveLength(4);
      await beginRun();
      await provider.delete(next.id, next.outs);
      expect(await everything(place)).toEqual([]);
    });
  });
});
