import { expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { dig, serialOf, transfer } from "../support/nameServers/dig.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { host, onEachServer, zone } from "./place.js";

const reverse4 = "10.10.10.in-addr.arpa.";
const reverse6 = "0.1.0.0.0.1.0.0.0.1.0.0.0.0.d.f.ip6.arpa.";

onEachServer({ address: "127.53.2.1" }, (place) => {
  test("creates an RRset with its TTL, duplicates once", async () => {
    const name = host("created");
    const data = ["10.10.10.2", "10.10.10.1", "10.10.10.2"];
    await place.client().compareAndSet(zone, [{ name, type: "A", expected: null, desired: { ttl: 120, data } }]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 120, data: ["10.10.10.1", "10.10.10.2"] });
  });

  test("creates the addresses of both families at a name together", async () => {
    const name = host("both");
    await place.client().compareAndSet(zone, [
      { name, type: "A", expected: null, desired: { ttl: 300, data: ["10.10.10.1"] } },
      { name, type: "AAAA", expected: null, desired: { ttl: 300, data: ["FD00:10:10:10:0:0:0:1"] } },
    ]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 300, data: ["10.10.10.1"] });
    expect(await dig(place.server, name, "AAAA")).toEqual({ ttl: 300, data: ["fd00:10:10:10::1"] });
  });

  test.each([
    ["10.10.10.7", reverse4],
    ["fd00:10:10:10::7", reverse6],
  ])("creates the PTR of %s", async (address, reverseZone) => {
    const name = reverseNameOf(address);
    const step = { name, type: "PTR" as const, expected: null, desired: { ttl: 300, data: ["Dma-Main.Skyline.Local"] } };
    await place.client().compareAndSet(reverseZone, [step]);
    expect(await dig(place.server, name, "PTR")).toEqual({ ttl: 300, data: ["dma-main.skyline.local."] });
    expect(await place.client().readRRset(name, "PTR")).toEqual({ name, type: "PTR", ttl: 300, data: ["dma-main.skyline.local."] });
  });

  test("reads what somebody else made, in canonical spelling", async () => {
    const name = host("read");
    await nsupdate(
      place.server,
      `update add ${name} 60 A 10.10.10.12`,
      `update add ${name} 60 A 10.10.10.2`,
      `update add ${name} 60 AAAA FD00::A`,
    );
    await nsupdate(place.server, `update add ${name} 60 TXT "with \\"quotes\\"" "and two texts"`);
    const client = place.client();
    expect(await client.readRRset("READ.skyline.local", "A")).toEqual({ name, type: "A", ttl: 60, data: ["10.10.10.12", "10.10.10.2"] });
    expect(await client.readRRset(name, "AAAA")).toEqual({ name, type: "AAAA", ttl: 60, data: ["fd00::a"] });
    expect((await client.readRRset(name, "TXT"))?.data).toEqual([(await dig(place.server, name, "TXT"))?.data[0]]);
    expect(await client.readRRset(host("nobody"), "A")).toBeUndefined();
  });

  test("changes one address and leaves the other", async () => {
    const name = host("moved");
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`, `update add ${name} 60 A 10.10.10.2`);
    await place.client().compareAndSet(zone, [
      {
        name,
        type: "A",
        expected: ["10.10.10.1", "10.10.10.2"],
        expectedTtl: 60,
        desired: { ttl: 60, data: ["10.10.10.2", "10.10.10.3"] },
      },
    ]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.2", "10.10.10.3"] });
  });

  test.each([
    ["only the TTL", ["10.10.10.1", "10.10.10.2"]],
    ["the TTL and an address", ["10.10.10.1", "10.10.10.9"]],
    ["the TTL and all addresses", ["10.10.10.8"]],
  ])("changes %s", async (what, data) => {
    const name = host(what);
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`, `update add ${name} 60 A 10.10.10.2`);
    const step = { name, type: "A" as const, expected: ["10.10.10.2", "10.10.10.1"], expectedTtl: 60, desired: { ttl: 900, data } };
    await place.client().compareAndSet(zone, [step]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 900, data });
  });

  test("does not know the TTL and gets it right", async () => {
    const name = host("unknown-ttl");
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`);
    await place.client().compareAndSet(zone, [{ name, type: "A", expected: ["10.10.10.1"], desired: { ttl: 30, data: ["10.10.10.1"] } }]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 30, data: ["10.10.10.1"] });
  });

  test("sends nothing when nothing is to be changed", async () => {
    const name = host("equal");
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`);
    const serial = await serialOf(place.server, zone);
    const { client, relay } = await place.relayed();
    await client.compareAndSet(zone, [
      { name, type: "A", expected: ["10.10.10.1"], expectedTtl: 60, desired: { ttl: 60, data: ["10.10.10.1"] } },
      { name, type: "AAAA", expected: null, desired: null },
    ]);
    expect(relay.updates).toBe(0);
    expect(await serialOf(place.server, zone)).toBe(serial);
  });

  test("leaves the serial when what was declared is already there", async () => {
    const name = host("already");
    await nsupdate(place.server, `update add ${name} 60 AAAA fd00::1`, `update add ${name} 60 AAAA fd00::2`);
    const serial = await serialOf(place.server, zone);
    const wanted = { ttl: 60, data: ["fd00:0::2", "FD00::0001"] };
    const [after] = await place.client().editRRsets(zone, [{ name, type: "AAAA" }], () => [wanted]);
    expect(after).toEqual({ name, type: "AAAA", ttl: 60, data: ["fd00::1", "fd00::2"] });
    expect(await serialOf(place.server, zone)).toBe(serial);
  });

  test("removes an RRset and leaves the name's other types", async () => {
    const name = host("removed");
    await nsupdate(
      place.server,
      `update add ${name} 60 A 10.10.10.1`,
      `update add ${name} 60 A 10.10.10.2`,
      `update add ${name} 60 TXT "kept"`,
    );
    await place.client().compareAndSet(zone, [{ name, type: "A", expected: ["10.10.10.1", "10.10.10.2"], desired: null }]);
    expect(await dig(place.server, name, "A")).toBeUndefined();
    expect(await dig(place.server, name, "TXT")).toEqual({ ttl: 60, data: ['"kept"'] });
  });

  test("removes the last RRset of a name, and may remove it again", async () => {
    const name = host("gone");
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`);
    const client = place.client();
    const removing = () => client.editRRsets(zone, [{ name, type: "A" }], () => [null]);
    expect(await removing()).toEqual([undefined]);
    const serial = await serialOf(place.server, zone);
    expect(await removing()).toEqual([undefined]);
    expect(await serialOf(place.server, zone)).toBe(serial);
    expect((await transfer(place.server, zone)).filter((line) => line.startsWith(name))).toEqual([]);
  });

  test("takes its own value out of a shared name", async () => {
    const name = host("shared");
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`, `update add ${name} 60 A 10.10.10.2`);
    await place
      .client()
      .editRRsets(zone, [{ name, type: "A" }], ([found]) => [
        found ? { ttl: found.ttl, data: found.data.filter((address) => address !== "10.10.10.1") } : null,
      ]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.2"] });
  });

  test("moves a name from one type to the other", async () => {
    const name = host("retyped");
    await nsupdate(place.server, `update add ${name} 60 CNAME elsewhere.test.`);
    await place.client().compareAndSet(zone, [
      { name, type: "CNAME", expected: ["elsewhere.test."], desired: null },
      { name, type: "A", expected: null, desired: { ttl: 60, data: ["10.10.10.1"] } },
    ]);
    expect(await dig(place.server, name, "CNAME")).toBeUndefined();
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });
});
