import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider, type ProviderError } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { Resource } from "./resource.js";
import { closeWorlds, host, openVirtualIpWorld, owner, type VirtualIpWorld, type VirtualIpWorldOptions } from "./virtualIpWorld.js";

let provider: DynamicProvider;
let network = 101;

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

const open = (options?: VirtualIpWorldOptions) => openVirtualIpWorld(`64.${++network}`, options);
const up = (args: Record<string, unknown>) => new Resource(provider).up(args);

/** What create says, when nothing is written and nothing is left in state. */
async function refusal({ args, records, writes, updates, registers, simulator }: VirtualIpWorld, more?: object): Promise<string> {
  await simulator.registered(); // What the Agents do to records by themselves is over.
  const before = [records(), registers()];
  // Called as in an update, so that it is create that judges.
  const { inputs, failures } = await provider.check({ network: "corporate" }, args(more));
  expect(failures).toEqual([]);
  const error = await provider.create(inputs).then(
    () => new Error("It succeeded, but it should have failed."),
    (refused: ProviderError) => refused,
  );
  expect((error as ProviderError).initFailure).toBeUndefined();
  expect([records(), registers()]).toEqual(before);
  expect([writes(), updates()]).toEqual([[], []]);
  return error.message;
}

describe("create", () => {
  test("clears the registration on both, then fixes the records, and says what it made", async () => {
    const { args, at, table, names, registers, writes, updates } = await open();
    const resource = await up(args());
    expect(resource.id).toBe(`corporate@${at(1)}+${at(2)}`);
    expect(registers()).toEqual([false, false]);
    expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
    expect([names(1), names(2), names(5)]).toEqual([[host("dma-main")], [host("dma-backup")], [host("dma-virtual")]]);
    expect(resource.outs).toMatchObject({ heldBy: null, deviations: [], __owner: owner });
    // The Agents had registered their own addresses: those were found.
    expect(resource.outs.ownedRecords).toEqual([
      { zone: "skyline.local.", name: host("dma-virtual"), type: "A", data: at(5) },
      { zone: expect.stringContaining("in-addr"), name: expect.stringMatching(/^5\./), type: "PTR", data: host("dma-virtual") },
    ]);
    expect(writes().map(({ method, path }) => `${method} ${path}`)).toEqual(["PUT agent/settings", "PUT agent/settings"]);
    expect(updates().map(({ changes }) => changes)).toEqual([
      [`add ${host("dma-virtual")} 300 A ${at(5)}`, expect.stringMatching(/^add _dataminer-failover\.dma-virtual\..* TXT/)],
      [expect.stringMatching(/^add 5\..* 300 PTR dma-virtual/), expect.stringMatching(/^add _dataminer-failover\.5\..* TXT/)],
    ]);
    expect(await resource.diff(args())).toEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
    expect(Buffer.byteLength(JSON.stringify([resource.inputs, resource.outs]))).toBeLessThan(4_500);
  });

  test("without dns only the registration is cleared, and no record is touched", async () => {
    const { args, records, registers, updates } = await open();
    const before = records();
    const resource = await up(args({ dns: undefined }));
    expect(registers()).toEqual([false, false]);
    expect(records()).toEqual(before);
    expect(updates()).toEqual([]);
    expect(resource.outs).toMatchObject({ dns: null, ownedRecords: [], deviations: [] });
  });

  test("makes the members' records where they are missing, and owns them", async () => {
    const { args, table, names, at } = await open({ main: { registersInDns: false }, backup: { registersInDns: false } });
    const resource = await up(args());
    expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
    expect([names(1), names(2)]).toEqual([[host("dma-main")], [host("dma-backup")]]);
    expect(resource.outs.ownedRecords).toHaveLength(6);
    await resource.destroy();
    expect(table()).toEqual([[], [], []]);
    expect([names(1), names(2), names(5)]).toEqual([[], [], []]);
  });

  test("takes the stale registrations away and leaves the members' other addresses and names", async () => {
    const { args, table, names, at, server, registers } = await open({ pair: { online: "backup" } });
    const zone = server.zone("skyline.local.");
    zone.set("dma-main", "A", [at(1), at(5), "10.7.7.7"], { ttl: 60 });
    zone.set("dma-main", "AAAA", "fd00::7");
    zone.set("dma-main", "TXT", "kept");
    const reverse = server.zoneOf(`1.${network}.64.127.in-addr.arpa.`);
    reverse.set(`1.${network}.64.127.in-addr.arpa.`, "PTR", [host("dma-main"), host("other")]);
    reverse.set(`5.${network}.64.127.in-addr.arpa.`, "PTR", [host("dma-backup"), host("dma-main")]);
    expect(table()[1]).toEqual([at(2), at(5)]);
    const resource = await up(args());
    expect(table()).toEqual([["10.7.7.7", at(1), "fd00::7"].sort(), [at(2)], [at(5)]]);
    expect(zone.data("dma-main", "TXT")).toHaveLength(1);
    expect([names(1), names(5)]).toEqual([[host("dma-main"), host("other")], [host("dma-virtual")]]);
    expect(zone.records().find(({ name, type }) => name === host("dma-main") && type === "A")?.ttl).toBe(60);
    expect(resource.outs).toMatchObject({ heldBy: "backup", deviations: [] });
    expect(registers()).toEqual([false, false]);
  });

  test("warns where both Agents can do a shared hostname, and where updates are not signed", async () => {
    const { args } = await open();
    const { outs } = await up(args({ dns: undefined }));
    expect(outs.warnings).toEqual([expect.stringMatching(/both Agents can do a shared hostname/)]);
    const old = await open({ main: { profile: "10.1-gateway" } });
    expect((await up(old.args({ dns: undefined }))).outs.warnings).toEqual([]);
    const failing = up(args({ dns: { ...(args().dns as object), keyFile: undefined } }));
    await expect(failing).rejects.toThrow("Runbook: DNS_REFUSED");
    await provider.line(/warning: updates to 127\.0\.0\.1:\d+ are not signed\.$/);
  });

  test("an address that the pair holds and names is taken as it is", async () => {
    const { args, writes, simulator } = await open({ pair: {} });
    const resource = await up(args());
    expect(resource.outs.heldBy).toBe("main");
    expect(writes().map(({ path }) => path)).toEqual(["agent/settings", "agent/settings"]);
    expect(simulator.pair().online).toBe("main");
  });

  test("equal records are accepted, owned by nobody here, and stay when it is deleted", async () => {
    const { args, server, updates, records, names } = await open();
    server.zone("skyline.local.").set("dma-virtual", "A", args().address as string, { ttl: 60 });
    const reverse = `5.${network}.64.127.in-addr.arpa.`;
    server.zoneOf(reverse).set(reverse, "PTR", host("dma-virtual"));
    const before = records();
    const resource = await up(args());
    expect(resource.outs.ownedRecords).toEqual([]);
    await resource.destroy();
    expect(records()).toEqual(before);
    expect(updates()).toEqual([]);
    expect(names(5)).toEqual([host("dma-virtual")]);
  });
});

describe("create changes nothing at all when", () => {
  test("a foreign host answers on the address", async () => {
    const place = await open();
    place.simulator.setForeignHost(place.at(5), true);
    expect(await refusal(place)).toMatch(
      /Virtual IP \S+5 \(corporate\) is in use: the machine with MAC 02-FF-FF-00-00-01 .*Runbook: PREFLIGHT\./,
    );
  });

  test("Agents of another pair hold it, or both of these two do", async () => {
    const config = (last: number, more: number) => ({
      main: { address: `127.64.${last}.${more}`, acquisitionAddress: null },
      backup: { address: `127.64.${last}.${more + 1}`, acquisitionAddress: null },
    });
    const others = { 3: { dataMinerId: 33 }, 4: { dataMinerId: 33 } };
    const taken = await open({ others, pair: { config: config(network + 1, 3) } });
    expect(await refusal(taken)).toMatch(/is in use: the machine with MAC \S+ answers there, seen from main/);
    const split = await open({ pair: {} });
    split.simulator.pair().breakPath();
    split.simulator.pair().bringOnline("backup");
    await split.simulator.pair().settled();
    expect(split.simulator.pair().online).toBe("both");
    expect(await refusal(split)).toMatch(/is in use/);
  });

  test("the address is outside of the subnet of one of them", async () => {
    const place = await open({ backup: { prefixLength: 30 } });
    expect(await refusal(place)).toMatch(/is outside the subnet of that network's interface on backup .*\/30\).*Runbook: PREFLIGHT/);
  });

  test("one of them is silent, says no, or has no DataMiner ID", async () => {
    const silent = await open();
    silent.agent(2).stop();
    expect(await refusal(silent)).toMatch(/needs both Agents up.*refused.*Runbook: MEMBER_UNREACHABLE/);
    const wrong = await open();
    wrong.agent(2).fail({ kind: "hostError", errorCode: 1010 }, { times: 9 });
    expect(await refusal(wrong)).toContain("401");
    const blank = await open({ backup: { dataMinerId: null } });
    expect(await refusal(blank)).toMatch(/Agent \S+2: it has no DataMiner ID.*Runbook: SETTINGS_REFUSED/);
  });

  test("something else stands at the virtual name, at its PTR, or an alias is in the way", async () => {
    const place = await open();
    const zone = place.server.zone("skyline.local.");
    zone.set("dma-virtual", "A", "10.9.9.9");
    expect(await refusal(place)).toMatch(
      /A dma-virtual\.skyline\.local\. \(dns\.hostname\): 10\.9\.9\.9 stands there already.*set overwrite.*Runbook: RECORD_EXISTS/,
    );
    zone.set("dma-virtual", "A", []);
    zone.set("dma-virtual", "AAAA", "fd00::9");
    expect(await refusal(place)).toMatch(/AAAA dma-virtual\.skyline\.local\. \(dns\.hostname\): fd00::9 stands there.*declared is nothing/);
    zone.remove("dma-virtual");
    const reverse = `5.${network}.64.127.in-addr.arpa.`;
    place.server.zoneOf(reverse).set(reverse, "PTR", [host("dma-main"), host("printer")]);
    expect(await refusal(place)).toMatch(/PTR 5\.\S+ \(dns\.reverse\): printer\.skyline\.local\. stands there already/);
    place.server.zoneOf(reverse).remove(reverse);
    zone.remove("dma-main");
    zone.set("dma-main", "CNAME", "elsewhere.skyline.local.");
    expect(await refusal(place)).toMatch(/elsewhere\.skyline\.local\.?.*Runbook: DNS_CNAME/);
  });

  test("the name server is down, or holds no such zone, or does not know the key", async () => {
    const place = await open();
    expect(await refusal(place, { dns: place.dns({ reverseZone: undefined, zone: "other.local" }) })).toMatch(
      /other\.local\..*Runbook: DNS_/,
    );
    const key = { name: "nobody", secret: "c2VjcmV0c2VjcmV0" };
    expect(await refusal(place, { dns: place.dns({ keyFile: undefined, key }) })).toMatch(/"nobody\.".*Runbook: DNS_BADKEY/);
    expect(await refusal(place, { dns: place.dns({ keyFile: "/nowhere/dns.key" }) })).toMatch(/\/nowhere\/dns\.key.*Runbook: DNS_KEY_FILE/);
    await place.server.stop();
    expect(await refusal(place)).toMatch(/127\.0\.0\.1:\d+: the connection is refused.*Runbook: DNS_UNREACHABLE/);
    await place.server.start();
  });
});

test("overwrite takes the name and its PTR over, also what was there and right, and delete removes it with the rest", async () => {
  const { args, dns, at, server, names } = await open();
  const zone = server.zone("skyline.local.");
  zone.set("dma-virtual", "A", ["10.9.9.9", at(5)]);
  zone.set("dma-virtual", "AAAA", "fd00::9");
  const reverse = `5.${network}.64.127.in-addr.arpa.`;
  server.zoneOf(reverse).set(reverse, "PTR", host("printer"));
  const resource = await up(args({ dns: dns({ overwrite: true }) }));
  expect(server.addresses(host("dma-virtual"))).toEqual([at(5)]);
  expect(names(5)).toEqual([host("dma-virtual")]);
  await resource.destroy();
  expect(server.addresses(host("dma-virtual"))).toEqual([]);
  expect(names(5)).toEqual([]);
});
