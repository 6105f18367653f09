import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import { closeWorlds, host, openVirtualIpWorld, owner } from "./virtualIpWorld.js";

let provider: DynamicProvider;
let network = 200;

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

const up = (args: Record<string, unknown>) => new Resource(provider).up(args);

/** Agents that register nothing, on two networks. */
async function begin() {
  const [corporate, acquisition] = [++network, ++network];
  const acquired = (last: number) => `127.64.${acquisition}.${last}`;
  const quiet = (last: number) => ({ registersInDns: false, acquisitionAddress: acquired(last) });
  const options = { main: quiet(1), backup: quiet(2), zones: [`${acquisition}.64.127.in-addr.arpa.`] };
  const place = await openVirtualIpWorld(`64.${corporate}`, options);
  /** Another VirtualIp of the same Agents, with the same records of them. */
  const beside = (more?: object) =>
    place.args({ network: "acquisition", address: acquired(5), dns: place.dns({ hostname: "dma-acquired" }), ...more });
  return { ...place, acquired, beside };
}

describe("two VirtualIps that declare the same records of their members", () => {
  test.each(["the first", "the second"])("own them together: when %s goes, they stay for the other", async (which) => {
    const { args, beside, table, names, at, records, server, acquired } = await begin();
    const both = [await up(args()), await up(beside({ __owner: "room/test/beside" }))] as const;
    const [going, staying] = which === "the first" ? both : [both[1], both[0]];
    await going.destroy();
    expect(table().slice(0, 2)).toEqual([[at(1)], [at(2)]]);
    expect([names(1), names(2)]).toEqual([[host("dma-main")], [host("dma-backup")]]);
    expect([table()[2], server.addresses(host("dma-acquired"))]).toEqual(which === "the first" ? [[], [acquired(5)]] : [[at(5)], []]);
    await staying.refresh();
    expect(staying.outs.deviations).toEqual([]);
    await staying.destroy();
    expect(records()).toEqual([]);
  });

  test("one that moves on to other names leaves them to the other", async () => {
    const { args, beside, dns, at, table, records } = await begin();
    const [first, second] = [await up(args()), await up(beside({ __owner: "room/test/beside" }))];
    const members = [1, 2].map((last) => ({ hostname: `moved-${last}`, address: at(last) }));
    await first.up(args({ dns: dns({ members }) }));
    expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
    await second.refresh();
    expect(second.outs.deviations).toEqual([]);
    await second.destroy();
    expect(table()).toEqual([[], [], [at(5)]]);
    await first.destroy();
    expect(records()).toEqual([]);
  });
});

describe("a creation in place of the same VirtualIp", () => {
  test("takes its records over, and the delete of the old one removes none", async () => {
    const { args, table, at, claims, records } = await begin();
    const old = await up(args());
    const next = await up(args());
    const owned = claims();
    await old.destroy();
    expect([table(), claims()]).toEqual([[[at(1)], [at(2)], [at(5)]], owned]);
    expect(owned).toHaveLength(6);
    await next.refresh();
    expect(await next.diff(args())).toMatchObject({ changes: false });
    await next.destroy();
    expect(records()).toEqual([]);
  });

  test("whose state is lost is a difference for the one before, and up then destroy leave nothing", async () => {
    const { args, records } = await begin();
    const restored = await up(args());
    await up(args());
    await restored.refresh();
    expect(await restored.diff(args())).toMatchObject({ changes: true, replaces: [] });
    await restored.up(args());
    await restored.refresh();
    expect(await restored.diff(args())).toMatchObject({ changes: false });
    await restored.destroy();
    expect(records()).toEqual([]);
  });
});

test("a TXT record that somebody removed is a deviation of dns by its name, and up writes it again", async () => {
  const { args, server, records, claims } = await begin();
  const resource = await up(args());
  const [before, owned] = [records(), claims()];
  server.zoneOf(host("dma-virtual")).remove(`_dataminer-failover.${host("dma-virtual")}`, "TXT");
  await resource.refresh();
  const lost = {
    ...{ property: "dns", at: `A ${host("dma-virtual")} ${args().address}` },
    ...{ declared: "the TXT record that says whose it is", live: null },
  };
  expect([resource.outs.deviations, resource.outs.dns]).toMatchObject([[lost], { __deviations: [lost] }]);
  expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
  await resource.up(args());
  expect([records(), claims()]).toEqual([before, owned]);
  await resource.refresh();
  expect(await resource.diff(args())).toMatchObject({ changes: false });
  await resource.destroy();
  expect(records()).toEqual([]);
});

describe("a VirtualIp that is renamed while its records are left as they stand", () => {
  const renamed = "room/test/renamed";

  test.each([
    ["because the program ignores them", true],
    ["because no plan names what somebody has changed", false],
  ])("%s, keeps them its own", async (_why, isIgnored) => {
    const { args, server, table, at, claims, records } = await begin();
    const resource = await up(args());
    server.zoneOf(host("dma-main")).set(host("dma-main"), "A", [at(1), at(9)]);
    server.zoneOf(host("dma-virtual")).set(host("dma-virtual"), "A", [at(5), at(8)]);
    if (isIgnored) await resource.refresh();
    const news = () => args({ __owner: renamed, ...(isIgnored ? { dns: resource.inputs.dns } : {}) });
    const before = claims();
    await resource.up(news());
    expect(table()).toEqual([[at(1), at(9)], [at(2)], [at(5), at(8)]]);
    expect(claims()).toEqual(before.map((line) => line.replace(owner, renamed)));
    await resource.refresh();
    if (isIgnored) expect(await resource.diff(news())).toMatchObject({ changes: false });
    await resource.destroy();
    expect(table()).toEqual([[at(9)], [], [at(8)]]);
    expect(claims()).toEqual([]);
    expect(records()).toHaveLength(2);
  });
});

test("a create that ends at any message which changes something, and whose result nobody gets, leaves nothing after up and destroy", async () => {
  const reached = new Set<string>();
  for (const kind of ["loseRequest", "loseAnswer"] as const) {
    for (const message of [1, 2]) {
      const { args, server, records, table, at } = await begin();
      if (message > 1) server.fail({ kind: "slow", milliseconds: 0 }, { changing: true, times: message - 1 });
      server.fail({ kind }, { changing: true, times: 999 });
      await expect(up(args())).rejects.toThrow("Runbook: DNS_");
      reached.add(withoutClaims(records()).length.toString());
      server.clearFaults();
      const resource = await up(args());
      expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
      await resource.destroy();
      expect(records(), `${kind} at message ${message}`).toEqual([]);
    }
  }
  expect([...reached].sort()).toEqual(["0", "3", "6"]);
});
