import { describe, expect, onTestFinished, test } from "vitest";
import { DnsClient, type DnsClientOptions } from "../../provider/dns/client.js";
import type { RRset } from "../../provider/dns/rrset.js";
import { dig, transfer } from "../support/nameServers/dig.js";
import { type NameServer, startNameServer } from "../support/nameServers/nameServer.js";
import { host, onEachServer, signerOf, zone } from "./place.js";

const one = { ttl: 60, data: ["10.10.10.1"] };

onEachServer(
  { address: "127.53.12.1" },
  (place, watch) => {
    /** A secondary that hands updates on to the server, and fetches what has changed after so many seconds. */
    async function secondary(
      refreshSeconds: number,
    ): Promise<{ server: NameServer; client: (more?: Partial<DnsClientOptions>) => DnsClient }> {
      const server = await startNameServer("bind", {
        address: "127.53.12.2",
        secondaryOf: { primary: place.server.server, refreshSeconds },
      });
      onTestFinished(() => server.stop());
      const client = (more = {}) => {
        const made = new DnsClient({ servers: [server.server], signer: signerOf(server.keys.writer), ...more });
        onTestFinished(() => made.close());
        return made;
      };
      return { server, client };
    }

    describe("a secondary that forwards updates", () => {
      test("and shows them a second later has done what it was asked, at the first try", async () => {
        const { server, client } = await secondary(1);
        const name = host("forwarded");
        const shown: (RRset | undefined)[] = [];
        const patient = { readBackPauses: Array<number>(50).fill(200) };
        await client(patient).editRRsets(zone, [{ name, type: "A" }], ([found]) => {
          shown.push(found);
          return [one];
        });
        expect(shown).toEqual([undefined]);
        expect(await dig(place.server, name, "A")).toEqual(one);
        expect(await dig(server, name, "A")).toEqual(one);
        await client().editRRsets(zone, [{ name, type: "A" }], () => [null]);
        expect(await dig(place.server, name, "A")).toBeUndefined();
      });

      test("and does not show them soon leaves it open, and names the primary", async () => {
        const { client } = await secondary(3_600);
        const name = host("late");
        const error = await watch.failureOf(client({ readBackPauses: [50] }).editRRsets(zone, [{ name, type: "A" }], () => [one]));
        expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false });
        expect(error.message).toContain(
          "It may be a secondary that forwards updates and shows them later: name the primary, which its SOA says is ns.test.",
        );
        expect(await dig(place.server, name, "A")).toEqual(one);
      });
    });
  },
  ["bind"],
);

/** Where the server has the zone below as well, an update of the zone above goes in with NOERROR, and no query ever shows it. */
onEachServer({ address: "127.53.12.3", zones: ["lab.skyline.local."], records: ["lab.skyline.local. 300 NS ns.test."] }, (place, watch) => {
  test("a name below a zone cut is not written in the zone above", async () => {
    const name = "dma.lab.skyline.local.";
    const before = await transfer(place.server, zone);
    const error = await watch.failureOf(place.client().editRRsets(zone, [{ name, type: "A" }], () => [one]));
    expect(error).toMatchObject({ code: "DNS_NOTZONE", nothingDone: true, facts: { name, zone: "lab.skyline.local." } });
    expect(await transfer(place.server, zone)).toEqual(before);
  });
});
