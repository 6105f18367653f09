import { expect, test } from "vitest";
import { dig } from "../support/nameServers/dig.js";
import { host, onEachServer, zone } from "./place.js";

onEachServer({ address: "127.53.7.1", ipv6: true }, (place) => {
  test.each(["tcp", "udp"] as const)("works by IPv6, reading over %s", async (queryOver) => {
    const name = host(`ipv6-${queryOver}`);
    const client = place.client({ servers: [place.server.server6], queryOver });
    await client.compareAndSet(zone, [{ name, type: "AAAA", expected: null, desired: { ttl: 60, data: ["fd00::1"] } }]);
    expect(await dig(place.server, name, "AAAA")).toEqual({ ttl: 60, data: ["fd00::1"] });
    expect(await client.readRRset(name, "AAAA")).toEqual({ name, type: "AAAA", ttl: 60, data: ["fd00::1"] });
  });

  test("reads over UDP what fits into a datagram, and what does not", async () => {
    const client = place.client({ queryOver: "udp" });
    for (const count of [2, 80]) {
      const name = host(`udp-${count}`);
      const data = Array.from({ length: count }, (_, index) => `fd00::${(index + 1).toString(16)}`).sort();
      await client.compareAndSet(zone, [{ name, type: "AAAA", expected: null, desired: { ttl: 60, data } }]);
      expect(await dig(place.server, name, "AAAA")).toEqual({ ttl: 60, data });
      expect((await client.readRRset(name, "AAAA"))?.data).toEqual(data);
      expect(await client.readRRset(host("absent"), "AAAA")).toBeUndefined();
    }
  });

  test("puts many calls at once on one connection", async () => {
    const client = place.client();
    const names = Array.from({ length: 100 }, (_, index) => host(`many-${index}`));
    const wanted = { ttl: 60, data: ["10.10.10.1"] };
    await Promise.all(names.map((name) => client.compareAndSet(zone, [{ name, type: "A", expected: null, desired: wanted }])));
    expect((await Promise.all(names.map((name) => client.readRRset(name, "A")))).map((found) => found?.data)).toEqual(
      names.map(() => wanted.data),
    );
    expect(await dig(place.server, host("many-99"), "A")).toEqual(wanted);
  });

  test("changes 500 names in one message", async () => {
    const steps = Array.from({ length: 500 }, (_, index) => ({
      name: host(`large-${index}`),
      type: "A" as const,
      expected: null,
      desired: { ttl: 60, data: ["10.10.10.1"] },
    }));
    await place.client().compareAndSet(zone, steps);
    expect(await dig(place.server, host("large-0"), "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
    expect(await dig(place.server, host("large-499"), "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });
});
