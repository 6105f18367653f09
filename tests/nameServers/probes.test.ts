import { expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { serialOf } from "../support/nameServers/dig.js";
import { host, onEachServer, signerOf, zone } from "./place.js";

onEachServer({ address: "127.53.11.1" }, (place, watch) => {
  test("a zone that may be written is found so, and not changed by it", async () => {
    const serial = await serialOf(place.server, zone);
    await place.client().probeZone(zone);
    await place.client().probeZone("10.10.10.in-addr.arpa");
    expect(await serialOf(place.server, zone)).toBe(serial);
  });

  test("a key that may not write it is refused before the first write", async () => {
    const { stranger } = place.server.keys;
    const error = await watch.failureOf(place.client({ signer: signerOf(stranger) }).probeZone(zone));
    expect(error).toMatchObject({
      code: { bind: "DNS_REFUSED", knot: "DNS_BADKEY", powerdns: "DNS_REFUSED" }[place.kind],
      nothingDone: true,
    });
    expect(error.message).toContain(`Probing zone ${zone} at `);
  });

  test("a zone that the server does not have is told", async () => {
    const error = await watch.failureOf(place.client().probeZone("elsewhere.test"));
    expect(error).toMatchObject({ code: "DNS_NOTAUTH", nothingDone: true });
  });

  test("a name within a zone is told, with the zone that it lies in", async () => {
    const error = await watch.failureOf(place.client().probeZone(host("sub")));
    expect(error).toMatchObject({ code: "DNS_NO_ZONE", facts: { name: host("sub"), zone } });
    expect(error.message).toContain(`it is no zone of its own there, but lies in zone ${zone} Name that one.`);
  });
});

onEachServer(
  { address: "127.53.11.2", networks: [], resolver: true },
  (place, watch) => {
    test("an empty zone that the server has built in is no zone of the user's", async () => {
      const client = place.client();
      const found = await client.findZone(reverseNameOf("10.10.10.5"));
      expect(found).toBe("10.in-addr.arpa.");
      const error = await watch.failureOf(client.probeZone(found));
      expect(error).toMatchObject({ code: "DNS_NO_ZONE", nothingDone: true });
      expect(error.message).toContain("the server has only an empty zone of its own for it (RFC 6303)");
      expect(error.message).toContain("set `reverseZone` to it, or `reverse: false`");
    });

    test("a resolver without the zone is told as one", async () => {
      const client = place.client();
      for (const ask of [() => client.probeZone("elsewhere.test"), () => client.findZone("www.elsewhere.test")]) {
        const error = await watch.failureOf(ask());
        expect(error).toMatchObject({ code: "DNS_WRONG_SERVER", nothingDone: true });
        expect(error.message).toMatch(
          /it is a resolver here: it has no zone for (www\.)?elsewhere\.test\. itself\. Name the primary server/,
        );
      }
    });
  },
  ["bind"],
);

onEachServer(
  { address: "127.53.11.3" },
  (place, watch) => {
    test("an address at a name that is no host's is refused, and the error says why that may be", async () => {
      const name = host("dma_main");
      const error = await watch.failureOf(
        place.client().compareAndSet(zone, [{ name, type: "A", expected: null, desired: { ttl: 60, data: ["10.10.10.1"] } }]),
      );
      expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: true });
      expect(error.message).toContain(`BIND says it too of addresses at a name that is no host's, as ${name} is none (check-names).`);
    });
  },
  ["bind"],
);
