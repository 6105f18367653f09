import { afterAll, beforeAll, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { Resource } from "../contract/resource.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { dig, serialOf } from "../support/nameServers/dig.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { host, onEachServer, type Place, zone } from "./place.js";

let provider: DynamicProvider;
beforeAll(async () => {
  provider = await DynamicProvider.start("sharedHostnameRecord");
});
afterAll(() => provider.stop());

onEachServer({ address: "127.53.9.1" }, (place) => {
  const dns = (more: object = {}) => {
    const { address, port, keys } = place.server;
    return { server: `${address}:${port}`, zone: "skyline.local", keyFile: keys.writer.file, ...more };
  };
  /** Two addresses that no other test uses. */
  let used = 0;
  const fresh = () => [++used, ++used].map((last) => `10.10.10.${last}`) as [string, string];
  const args = (name: string, addresses: string[], more: object = {}) => ({
    hostname: `${name}.skyline.local`,
    addresses,
    dns: dns(),
    __owner: `room/test/${name}`,
    ...more,
  });
  const made = (name: string, addresses: string[], more?: object) => new Resource(provider).up(args(name, addresses, more));
  const ptr = async (address: string) => (await dig(place.server, reverseNameOf(address), "PTR"))?.data;

  test("creates both addresses and their PTR records; the same again writes nothing", async () => {
    const name = "made";
    const [one, two] = fresh();
    const resource = await made(name, [two, one], { ttl: 120 });
    expect(resource.id).toBe("made.skyline.local");
    expect(await dig(place.server, host(name), "A")).toEqual({ ttl: 120, data: [one, two] });
    expect([await ptr(one), await ptr(two)]).toEqual([[host(name)], [host(name)]]);
    const serial = await serialOf(place.server, zone);
    await resource.refresh();
    expect(await resource.diff(args(name, [one, two], { ttl: 120 }))).toMatchObject({ changes: false });
    await resource.up(args(name, [one, two], { ttl: 120 }));
    expect(await serialOf(place.server, zone)).toBe(serial);
    const again = await made(name, [one, two], { ttl: 120 });
    expect(again.outs.ownedRecords, "as after a create that was killed").toEqual(resource.outs.ownedRecords);
  });

  test("changes an address and the TTL in one message a zone, and the PTR record goes along", async () => {
    const name = "changed";
    const [one, two] = fresh();
    const [three] = fresh();
    const resource = await made(name, [one, two]);
    await resource.up(args(name, [two, three], { ttl: 900 }));
    expect(await dig(place.server, host(name), "A")).toEqual({ ttl: 900, data: [two, three].sort() });
    expect([await ptr(one), await ptr(two), await ptr(three)]).toEqual([undefined, [host(name)], [host(name)]]);
  });

  test("an IPv6 address becomes an AAAA record with its PTR", async () => {
    const name = "sixed";
    const [one] = fresh();
    const six = "fd00:10:10:10::77";
    const resource = await made(name, [one, "FD00:10:10:10:0::77"]);
    expect(await dig(place.server, host(name), "A")).toEqual({ ttl: 300, data: [one] });
    expect(await dig(place.server, host(name), "AAAA")).toEqual({ ttl: 300, data: [six] });
    expect(await ptr(six)).toEqual([host(name)]);
    await resource.destroy();
    expect([await dig(place.server, host(name), "AAAA"), await ptr(six)]).toEqual([undefined, undefined]);
  });

  test("a foreign third address is drift, and up takes it away", async () => {
    const name = "joined";
    const [one, two] = fresh();
    const resource = await made(name, [one, two]);
    await nsupdate(place.server, `update add ${host(name)} 300 A 10.10.10.99`);
    await resource.refresh();
    expect(resource.outs.addresses).toEqual([one, two, "10.10.10.99"].sort());
    expect(await resource.diff(args(name, [one, two]))).toMatchObject({ changes: true, replaces: [] });
    await resource.up(args(name, [one, two]));
    expect((await dig(place.server, host(name), "A"))?.data).toEqual([one, two].sort());
  });

  test("a TTL that somebody changed is drift where it is declared, and nowhere else", async () => {
    const name = "slowed";
    const [one, two] = fresh();
    const resource = await made(name, [one, two], { ttl: 120 });
    await nsupdate(
      place.server,
      `update delete ${host(name)} A`,
      `update add ${host(name)} 60 A ${one}`,
      `update add ${host(name)} 60 A ${two}`,
    );
    await resource.refresh();
    expect(resource.outs.ttl).toBe(60);
    expect(await resource.diff(args(name, [one, two], { ttl: 120 }))).toMatchObject({ changes: true });
    await resource.up(args(name, [one, two], { ttl: 120 }));
    expect(await dig(place.server, host(name), "A")).toEqual({ ttl: 120, data: [one, two].sort() });
  });

  test("a PTR record that is gone is drift, one beside it is not; up puts it back and leaves the other", async () => {
    const name = "pointed";
    const [one, two] = fresh();
    const resource = await made(name, [one, two]);
    await nsupdate(place.server, `update add ${reverseNameOf(one)} 300 PTR beside.${zone}`);
    await resource.refresh();
    expect(await resource.diff(args(name, [one, two]))).toMatchObject({ changes: false });
    await nsupdate(place.server, `update delete ${reverseNameOf(one)} PTR ${host(name)}`);
    await resource.refresh();
    expect(resource.outs.reverse).toBe(false);
    expect(await resource.diff(args(name, [one, two]))).toMatchObject({ changes: true });
    await resource.up(args(name, [one, two]));
    expect(await ptr(one)).toEqual([`beside.${zone}`, host(name)]);
    await resource.destroy();
    expect(await ptr(one)).toEqual([`beside.${zone}`]);
  });

  test("equal records that it found are not its own, and stay when it is deleted", async () => {
    const name = "found";
    const [one, two] = fresh();
    await nsupdate(place.server, `update add ${host(name)} 60 A ${one}`, `update add ${host(name)} 60 A ${two}`);
    const resource = await made(name, [one, two], { reverse: false });
    expect(resource.outs.ownedRecords).toEqual([]);
    await resource.destroy();
    expect(await dig(place.server, host(name), "A")).toEqual({ ttl: 60, data: [one, two].sort() });
  });

  test("something else at the name is refused and stays, unless the program says overwrite", async () => {
    const name = "taken";
    const [one, two] = fresh();
    await nsupdate(place.server, `update add ${host(name)} 60 A 10.10.10.98`);
    await expect(made(name, [one, two])).rejects.toThrow(
      /A taken\.skyline\.local\. \(addresses\): 10\.10\.10\.98 stands there already.*set overwrite.*Runbook: RECORD_EXISTS/,
    );
    expect(await dig(place.server, host(name), "A")).toEqual({ ttl: 60, data: ["10.10.10.98"] });
    await nsupdate(place.server, `update add ${host(name)} 60 AAAA fd00::98`);
    const resource = await made(name, [one, two], { overwrite: true });
    expect((await dig(place.server, host(name), "A"))?.data).toEqual([one, two].sort());
    expect(await dig(place.server, host(name), "AAAA")).toBeUndefined();
    await resource.destroy();
    expect(await dig(place.server, host(name), "A")).toBeUndefined();
  });

  test("deleting removes what is owned; twice is the same, and what somebody changed meanwhile stays", async () => {
    const name = "deleted";
    const [one, two] = fresh();
    const resource = await made(name, [one, two]);
    await nsupdate(place.server, `update delete ${host(name)} A ${one}`, `update add ${host(name)} 300 A 10.10.10.97`);
    await resource.destroy();
    expect((await dig(place.server, host(name), "A"))?.data).toEqual(["10.10.10.97"]);
    expect([await ptr(one), await ptr(two)]).toEqual([undefined, undefined]);
    await resource.destroy();
  });

  test("a name without any record is drift, not a resource that is gone", async () => {
    const name = "emptied";
    const [one, two] = fresh();
    const resource = await made(name, [one, two]);
    await nsupdate(place.server, `update delete ${host(name)}`);
    expect(await resource.refresh()).toBe(true);
    expect(await resource.diff(args(name, [one, two]))).toMatchObject({ changes: true, replaces: [] });
    await resource.up(args(name, [one, two]));
    expect((await dig(place.server, host(name), "A"))?.data).toEqual([one, two].sort());
  });

  test("an alias in the way is named and stays", async () => {
    const name = "alias";
    await nsupdate(place.server, `update add ${host(name)} 60 CNAME elsewhere.${zone}`);
    await expect(made(name, fresh())).rejects.toThrow(/elsewhere\.skyline\.local.*Runbook: DNS_CNAME/);
    expect((await dig(place.server, host(name), "CNAME"))?.data).toEqual([`elsewhere.${zone}`]);
  });

  test("under a wildcard it makes the name's own records", async () => {
    await nsupdate(place.server, `update add *.wild.${zone} 60 A 10.10.10.96`);
    const [one, two] = fresh();
    const resource = await made("name.wild", [one, two]);
    expect((await dig(place.server, host("name.wild"), "A"))?.data).toEqual([one, two].sort());
    await resource.destroy();
    expect((await dig(place.server, host("name.wild"), "A"))?.data).toEqual(["10.10.10.96"]);
  });

  test("under a wildcard alias it is made, read, changed and removed as anywhere", async () => {
    await nsupdate(place.server, `update add *.aliased.${zone} 60 CNAME elsewhere.test.`);
    const name = "name.aliased";
    const [one, two] = fresh();
    const [three] = fresh();
    const resource = await made(name, [one, two]);
    await resource.refresh();
    expect(await resource.diff(args(name, [one, two]))).toMatchObject({ changes: false });
    await nsupdate(place.server, `update delete ${host(name)} A`);
    await resource.refresh();
    expect(resource.outs.addresses).toEqual([]);
    await resource.up(args(name, [one, three]));
    expect((await dig(place.server, host(name), "A"))?.data).toEqual([one, three].sort());
    await resource.destroy();
    expect((await dig(place.server, host(name), "CNAME"))?.data).toEqual(["elsewhere.test."]);
  });

  test("a reverse zone with a slash (RFC 2317) is declared, written and released", async () => {
    const [one, two] = fresh();
    const [first, second] = [one, two].map((address) => `${address.split(".").at(-1)}.0/25.10.10.10.in-addr.arpa.`) as [string, string];
    for (const [address, target] of [
      [one, first],
      [two, second],
    ] as const)
      await nsupdate(place.server, `update add ${reverseNameOf(address)} 60 CNAME ${target}`);
    const resource = await made("classless", [one, two], { dns: dns({ reverseZone: "10.10.10.in-addr.arpa" }) });
    expect((await dig(place.server, first, "PTR"))?.data).toEqual([host("classless")]);
    await resource.refresh();
    expect(resource.outs.reverse).toBe(true);
    await resource.destroy();
    expect(await dig(place.server, second, "PTR")).toBeUndefined();
  });

  test("another hostname replaces it, the new one first", async () => {
    const [one, two] = fresh();
    const resource = await made("old-name", [one, two]);
    expect(await resource.diff(args("new-name", [one, two]))).toEqual({
      changes: true,
      replaces: ["hostname"],
      deleteBeforeReplace: false,
    });
    const next = await made("new-name", [one, two]);
    await resource.destroy();
    expect((await dig(place.server, host("new-name"), "A"))?.data).toEqual([one, two].sort());
    expect([await dig(place.server, host("old-name"), "A"), await ptr(one)]).toEqual([undefined, [host("new-name")]]);
    await next.destroy();
  });

  test.each<[string, (place: Place) => object, RegExp]>([
    [
      "another secret",
      ({ server: { keys } }) => ({ key: { name: keys.writer.name, secret: keys.second.secret } }),
      /DNS_BADSIG|DNS_NOTAUTH/,
    ],
    ["an unknown key", ({ server: { keys } }) => ({ key: { name: "nobody-key", secret: keys.writer.secret } }), /DNS_BADKEY|DNS_NOTAUTH/],
    [
      "another algorithm",
      ({ server: { keys } }) => ({ key: { name: keys.writer.name, algorithm: "hmac-sha512", secret: keys.writer.secret } }),
      /DNS_BADKEY|DNS_BADSIG|DNS_NOTAUTH/,
    ],
    [
      "a key that may not",
      ({ server: { keys } }) => ({ keyFile: keys.stranger.file }),
      /DNS_REFUSED|DNS_BADKEY|DNS_NOTAUTH|DNS_WRONG_SERVER/,
    ],
  ])("with %s nothing is written, and the error says whose key it is", async (what, key, code) => {
    const name = what.replaceAll(" ", "-");
    const failed = made(name, fresh(), { dns: { ...dns({ keyFile: undefined }), ...key(place) } });
    await expect(failed).rejects.toThrow(code);
    expect(await dig(place.server, host(name), "A")).toBeUndefined();
  });
});
