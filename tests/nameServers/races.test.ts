import { expect, test } from "vitest";
import type { DnsClient } from "../../provider/dns/client.js";
import { DnsError } from "../../provider/dns/errors.js";
import { dig, transfer } from "../support/nameServers/dig.js";
import { host, onEachServer, zone } from "./place.js";

const rounds = 200;
const editRounds = 50;

onEachServer({ address: "127.53.4.1" }, (place) => {
  /** Both begin at the same moment; the error of each that failed. */
  const race = async (...acts: (() => Promise<unknown>)[]): Promise<(DnsError | undefined)[]> => {
    const ended = await Promise.allSettled(acts.map((act) => act()));
    return ended.map((one) => {
      if (one.status === "fulfilled") return undefined;
      if (one.reason instanceof DnsError) return one.reason;
      throw one.reason;
    });
  };

  test(`of two writers exactly one wins, and the other is told what stands there, ${rounds} times`, async () => {
    const name = host("raced");
    const writers = [place.client(), place.client()] as const;
    const write = (client: DnsClient, expected: string[] | null, address: string) =>
      client.compareAndSet(zone, [{ name, type: "A", expected, expectedTtl: 60, desired: { ttl: 60, data: [address] } }]);
    let held: string[] | null = null;
    for (let round = 0; round < rounds; round++) {
      const addresses = [`10.1.${round}.1`, `10.1.${round}.2`] as const;
      const before = held;
      const failures = await race(
        () => write(writers[0], before, addresses[0]),
        () => write(writers[1], before, addresses[1]),
      );
      const winner = failures.indexOf(undefined);
      const loser = failures.find((failure) => failure !== undefined);
      expect(
        failures.filter((failure) => failure === undefined),
        `round ${round}: ${failures}`,
      ).toHaveLength(1);
      expect(loser).toMatchObject({ code: "DNS_CONFLICT", facts: { name, found: `${addresses[winner]} (TTL 60)` } });
      held = [String(addresses[winner])];
    }
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: held });
  });

  test(`of two editors of one name each gets its value in, ${editRounds} times`, async () => {
    const editors = [place.client(), place.client()] as const;
    const add = (client: DnsClient, name: string, address: string) =>
      client.editRRsets(zone, [{ name, type: "A" }], ([found]) => [{ ttl: 60, data: [...(found?.data ?? []), address] }]);
    const expected: string[] = [];
    for (let round = 0; round < editRounds; round++) {
      const name = host(`edited-${round}`);
      expect(
        await race(
          () => add(editors[0], name, "10.2.0.1"),
          () => add(editors[1], name, "10.2.0.2"),
        ),
      ).toEqual([undefined, undefined]);
      expected.push(`${name} 60 A 10.2.0.1`, `${name} 60 A 10.2.0.2`);
    }
    const edited = (await transfer(place.server, zone)).filter((line) => line.startsWith("edited-"));
    expect(edited).toEqual(expected.sort());
  });
});
