import { expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { dig, transfer } from "../support/nameServers/dig.js";
import { host, onEachServer, zone } from "./place.js";

const records = [
  "dma-main.skyline.local. 300 A 10.10.10.1",
  "alias.skyline.local. 300 CNAME dma-main.skyline.local.",
  "outside.skyline.local. 300 CNAME www.elsewhere.test.",
  "given-away.skyline.local. 300 NS ns.elsewhere.test.",
];

/** Knot does not sign that it refuses, so it may have been anybody who said it. */
const wrongServer = { bind: "DNS_WRONG_SERVER", knot: "DNS_REFUSED", powerdns: "DNS_WRONG_SERVER" };

onEachServer({ address: "127.53.8.1", zones: ["lab.skyline.local.", "ylinelocal."], records }, (place, watch) => {
  test.each([
    ["the zone's own name", zone, zone],
    ["a host that is there", host("dma-main"), zone],
    ["a host that is not", host("nobody"), zone],
    ["a name deep below", "a.b.c.skyline.local.", zone],
    ["a zone below", "lab.skyline.local.", "lab.skyline.local."],
    ["a host in a zone below", "dma.lab.skyline.local.", "lab.skyline.local."],
    ["an alias in the zone", host("alias"), zone],
    ["an alias that leads outside", host("outside"), zone],
    ["an IPv4 address", reverseNameOf("10.10.10.5"), "10.10.10.in-addr.arpa."],
    ["an IPv6 address", reverseNameOf("fd00:10:10:10::5"), "0.1.0.0.0.1.0.0.0.1.0.0.0.0.d.f.ip6.arpa."],
  ])("finds the zone of %s", async (_what, name, expected) => {
    expect(await place.client().findZone(name)).toBe(expected);
  });

  test("finds no zone that only ends in the same letters", async () => {
    const error = await watch.failureOf(place.client().findZone("www.skylinelocal."));
    expect(error).toMatchObject({ code: wrongServer[place.kind] });
  });

  test("says who has a name that was delegated, and does not change it", async () => {
    const name = `www.${host("given-away")}`;
    const error = await watch.failureOf(place.client().findZone(name));
    expect(error).toMatchObject({ code: "DNS_WRONG_SERVER" });
    expect(error.message).toContain("it delegates given-away.skyline.local. to ns.elsewhere.test.");
  });

  test("takes names that only a server has: with a slash (RFC 2317), a space, a dot in a label, any byte", async () => {
    const names = ["1.0/25.10.10.10.in-addr.arpa.", "two\\032words.10.10.10.in-addr.arpa."];
    // PowerDNS keeps text, and fails.
    if (place.kind !== "powerdns") names.push("a\\.b.\\200\\001.10.10.10.in-addr.arpa.");
    const client = place.client();
    for (const name of names) {
      const reverse = await client.findZone(name);
      await client.editRRsets(reverse, [{ name, type: "CNAME" }], () => [{ ttl: 60, data: [names[0] ?? ""] }]);
      expect((await client.readRRset(name, "CNAME"))?.data).toEqual([names[0]]);
      await client.editRRsets(reverse, [{ name, type: "CNAME" }], () => [null]);
      await client.editRRsets(reverse, [{ name, type: "PTR" }], () => [{ ttl: 60, data: [host("dma")] }]);
      expect((await client.readRRset(name, "PTR"))?.data).toEqual([host("dma")]);
      await client.editRRsets(reverse, [{ name, type: "PTR" }], () => [null]);
      expect(await client.readRRset(name, "PTR")).toBeUndefined();
    }
  });

  test("says that it is the wrong server for a name it knows nothing of", async () => {
    const client = place.client();
    const name = "www.elsewhere.test.";
    const asked = [() => client.findZone(name), () => client.readRRset(name, "A")];
    for (const ask of asked) expect(await watch.failureOf(ask())).toMatchObject({ code: wrongServer[place.kind] });
  });
});

onEachServer(
  { address: "127.53.8.2", views: ["writer"], records: ["dma-main.skyline.local. 300 A 10.10.10.1"] },
  (place) => {
    test("with views by key reads and writes the view of its key", async () => {
      const client = place.client();
      expect((await client.readRRset(host("dma-main"), "A"))?.data).toEqual(["10.10.10.1"]);
      const step = { name: host("inside"), type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.10.10.2"] } };
      await client.compareAndSet(zone, [step]);
      expect(await dig(place.server, host("inside"), "A")).toEqual({ ttl: 60, data: ["10.10.10.2"] });
      expect(await transfer(place.server, zone)).toHaveLength(2);
      expect(await place.client({ signer: undefined }).readRRset(host("inside"), "A")).toBeUndefined();
      expect(await place.client({ signer: undefined }).readRRset(host("dma-main"), "A")).toBeUndefined();
    });
  },
  ["bind"],
);
