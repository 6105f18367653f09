import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Signer } from "../../provider/dns/signer.js";
import { dig, transfer } from "../support/nameServers/dig.js";
import type { NameServer, NameServerKind } from "../support/nameServers/nameServer.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { host, onEachServer, signerOf, zone } from "./place.js";

type Codes = Record<NameServerKind, string>;

interface Fault {
  signer: (server: NameServer) => Signer | undefined;
  /** Milliseconds that this machine's clock is ahead. */
  ahead?: number;
  update: Codes;
  /** Undefined: reading goes well. */
  read: Record<NameServerKind, string | undefined>;
}

const faults: Record<string, Fault> = {
  "another secret": {
    signer: ({ keys: { writer, second } }) => signerOf({ ...writer, secret: second.secret }),
    update: { bind: "DNS_BADSIG", knot: "DNS_BADSIG", powerdns: "DNS_REFUSED" },
    read: { bind: "DNS_BADSIG", knot: "DNS_BADSIG", powerdns: "DNS_NOTAUTH" },
  },
  "a key name that the server does not know": {
    signer: ({ keys: { writer } }) => signerOf({ ...writer, name: "nobodys-key." }),
    update: { bind: "DNS_BADKEY", knot: "DNS_BADKEY", powerdns: "DNS_REFUSED" },
    read: { bind: "DNS_BADKEY", knot: "DNS_BADKEY", powerdns: "DNS_NOTAUTH" },
  },
  "another algorithm": {
    signer: ({ keys: { writer } }) => signerOf({ ...writer, algorithm: "hmac-sha512" }),
    update: { bind: "DNS_BADKEY", knot: "DNS_BADKEY", powerdns: "DNS_REFUSED" },
    read: { bind: "DNS_BADKEY", knot: "DNS_BADKEY", powerdns: "DNS_NOTAUTH" },
  },
  "a clock that is 400 s ahead": {
    signer: ({ keys: { writer } }) => signerOf(writer),
    ahead: 400_000,
    update: { bind: "DNS_BADTIME", knot: "DNS_BADTIME", powerdns: "DNS_REFUSED" },
    read: { bind: "DNS_BADTIME", knot: "DNS_BADTIME", powerdns: "DNS_NOTAUTH" },
  },
  "a clock that is 400 s behind": {
    signer: ({ keys: { writer } }) => signerOf(writer),
    ahead: -400_000,
    update: { bind: "DNS_BADTIME", knot: "DNS_BADTIME", powerdns: "DNS_REFUSED" },
    read: { bind: "DNS_BADTIME", knot: "DNS_BADTIME", powerdns: "DNS_NOTAUTH" },
  },
  "a key that may not change this zone": {
    signer: ({ keys: { stranger } }) => signerOf(stranger),
    update: { bind: "DNS_REFUSED", knot: "DNS_BADKEY", powerdns: "DNS_REFUSED" },
    read: { bind: undefined, knot: "DNS_BADKEY", powerdns: undefined },
  },
  "no key": {
    signer: () => undefined,
    update: { bind: "DNS_REFUSED", knot: "DNS_NOTAUTH", powerdns: "DNS_REFUSED" },
    read: { bind: undefined, knot: undefined, powerdns: undefined },
  },
};

onEachServer({ address: "127.53.5.1" }, (place, watch) => {
  const faulty = ({ signer, ahead = 0 }: Fault, more = {}) =>
    place.client({ signer: signer(place.server), now: () => Date.now() + ahead, ...more });

  describe.each(Object.entries(faults))("%s", (what, fault) => {
    test("is told for a change, and nothing is changed", async () => {
      const name = host(what);
      await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`);
      const before = await transfer(place.server, zone);
      const step = { name, type: "A" as const, expected: ["10.10.10.1"], desired: { ttl: 60, data: ["10.10.10.2"] } };
      const error = await watch.failureOf(faulty(fault).compareAndSet(zone, [step]));
      expect(error).toMatchObject({
        code: fault.update[place.kind],
        nothingDone: true,
        facts: { server: `${place.server.address}:${place.server.port}` },
      });
      expect(error.message).toMatch(new RegExp(`^Updating A ${name} at ${place.server.address}:${place.server.port}: `));
      const { keyName = "without a key" } = fault.signer(place.server) ?? {};
      expect(error.message).toContain(fault.update[place.kind] === "DNS_BADTIME" ? "BADTIME" : keyName);
      expect(await transfer(place.server, zone)).toEqual(before);
    });

    test.each(["tcp", "udp"] as const)("is told for a question over %s, if it matters there", async (queryOver) => {
      const client = faulty(fault, { queryOver, tryMilliseconds: 400, tries: 1 });
      const expected = fault.read[place.kind];
      const reading = client.readRRset(zone, "NS");
      if (expected === undefined) expect(await reading).toMatchObject({ data: ["ns.test."] });
      else expect(await watch.failureOf(reading)).toMatchObject({ code: expected });
    });
  });

  test.each([400, -400])("a clock that is off by %i s is told in seconds where the server says its own time", async (ahead) => {
    const step = { name: host("clock"), type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.10.10.2"] } };
    const client = place.client({ now: () => Date.now() + ahead * 1000 });
    const error = await watch.failureOf<Error & { facts: { skewSeconds?: number } }>(client.compareAndSet(zone, [step]));
    const { skewSeconds } = error.facts;
    if (place.kind === "powerdns") expect(error.message).toContain("clock");
    else {
      // A second may begin between the two looks at a clock.
      expect([ahead, ahead - 1, ahead + 1]).toContain(skewSeconds);
      expect(error.message).toContain(
        `this machine's clock is ${Math.abs(Number(skewSeconds))} s ${ahead > 0 ? "ahead of" : "behind"} the server's`,
      );
    }
  });

  test("a clock that is off by 200 s is good enough", async () => {
    const name = host("nearly-right");
    const client = place.client({ now: () => Date.now() - 200_000 });
    await client.compareAndSet(zone, [{ name, type: "A", expected: null, desired: { ttl: 60, data: ["10.10.10.2"] } }]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.2"] });
  });

  test.each([
    ["a zone that it does not serve", "elsewhere.test.", "www.elsewhere.test."],
    ["a name that is no zone of its own", host("sub"), `www.${host("sub")}`],
  ])("%s is not the server's", async (_what, wrongZone, name) => {
    const step = { name, type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.10.10.2"] } };
    const error = await watch.failureOf(place.client().compareAndSet(wrongZone, [step]));
    expect(error).toMatchObject({ code: "DNS_NOTAUTH", nothingDone: true });
    expect(error.message).toContain(wrongZone);
  });

  test("more records in one RRset than the server takes are a failure of the server that changed nothing", async () => {
    const name = host("crowded");
    const data = Array.from({ length: 101 }, (_, index) => `10.10.11.${index}`);
    const creating = place.client().compareAndSet(zone, [{ name, type: "A", expected: null, desired: { ttl: 60, data } }]);
    if (place.kind === "bind") {
      expect(await watch.failureOf(creating)).toMatchObject({ code: "DNS_SERVFAIL", nothingDone: true });
      expect(await dig(place.server, name, "A")).toBeUndefined();
    } else {
      await creating;
      expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: data.sort() });
    }
  });
});

onEachServer(
  { address: "127.53.5.2" },
  (place, watch) => {
    test("without dynamic updates refuses them", async () => {
      await place.server.kill();
      const file = join(place.server.folder, "pdns.conf");
      await writeFile(file, (await readFile(file, "utf8")).replace("dnsupdate=yes", "dnsupdate=no"));
      await place.server.start();
      const step = { name: host("fixed"), type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.10.10.2"] } };
      const error = await watch.failureOf(place.client().compareAndSet(zone, [step]));
      expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: true });
    });
  },
  ["powerdns"],
);
