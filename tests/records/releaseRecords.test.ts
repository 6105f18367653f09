import { describe, expect, onTestFinished, test } from "vitest";
import { DnsClient } from "../../provider/dns/client.js";
import { hmacSigner, secretBytes } from "../../provider/dns/signer.js";
import { claimsName, formatClaim, type Ownership } from "../../provider/records/claims.js";
import type { OwnedRecord } from "../../provider/records/ownedRecords.js";
import { releaseRecords } from "../../provider/records/releaseRecords.js";
import { makeKey, NameServer } from "../../simulator/index.js";

const zone = "skyline.local.";
const name = `dma.${zone}`;
const key = makeKey("dma-key");
const [ours, later, theirs] = ["room/test/dma#0123456789ab", "room/test/dma#ba9876543210", "other/prod/dma#ba9876543210"];
const [one, two, stray] = ["10.0.0.1", "10.0.0.2", "10.9.9.9"];
const nothingLeft = { superseded: [], shared: [], declared: [], changed: [] };

/** A zone in which these addresses stand at the name, with whoever claims them, and what is released of it. */
async function zoneWith(addresses: string[], claims: Record<string, string[]> = {}) {
  const server = await NameServer.start({ zones: [zone], keys: [key] });
  onTestFinished(() => server.close());
  if (addresses.length > 0) server.zone(zone).set("dma", "A", addresses, { ttl: 77 });
  const texts = Object.entries(claims).map(([owner, all]) => formatClaim({ owner, records: all.map((data) => ({ type: "A", data })) }));
  if (texts.length > 0) server.zone(zone).set(claimsName("dma"), "TXT", texts);
  const client = new DnsClient({
    servers: [{ host: server.address, port: server.port }],
    signer: hmacSigner({ name: key.name, secret: secretBytes(key.secret, "the key") }),
  });
  onTestFinished(() => client.close());
  const releaseAll = (records: OwnedRecord[], ownership: Partial<Ownership> = {}) =>
    releaseRecords(client, zone, records, { kept: "zone", owner: ours, before: [ours], isReplacing: false, ...ownership });
  const release = (known: string[], ownership?: Partial<Ownership>) =>
    releaseAll(
      known.map((data) => ({ zone, name, type: "A", data })),
      ownership,
    );
  const standing = () => [server.addresses(name).sort(), server.data(claimsName(name), "TXT").length];
  return { release, releaseAll, standing, server };
}

describe("what is released", () => {
  test("goes with its claims, and nothing beside it", async () => {
    const { release, standing, server } = await zoneWith([one, two, stray], { [ours]: [one, two], [theirs]: [stray] });
    expect(await release([one, two])).toEqual(nothingLeft);
    expect(standing()).toEqual([[stray], 1]);
    expect(server.zone(zone).records()).toContainEqual(expect.objectContaining({ type: "A", data: stray, ttl: 77 }));
  });

  test("is also what we claim in the zone and do not know of: a message whose answer was lost", async () => {
    const { release, standing } = await zoneWith([one, two], { [ours]: [one, two] });
    expect(await release([one])).toEqual(nothingLeft);
    expect(standing()).toEqual([[], 0]);
  });

  test("may be gone already, twice: success without a change", async () => {
    const { release, standing, server } = await zoneWith([stray]);
    const { serial } = server.zone(zone);
    for (let times = 0; times < 2; times++) expect((await release([])).changed).toEqual([]);
    expect([standing(), server.zone(zone).serial]).toEqual([[[stray], 0], serial]);
    const empty = await zoneWith([]);
    expect(await empty.release([one])).toEqual(nothingLeft);
  });
});

describe("what stays", () => {
  test("is what another resource owns too: only our claim goes", async () => {
    const { release, standing } = await zoneWith([one], { [ours]: [one], [theirs]: [one] });
    expect(await release([one])).toEqual({ ...nothingLeft, shared: [`A ${name} ${one}`] });
    expect(standing()).toEqual([[one], 1]);
  });

  test("is what a later creation of this resource has taken over", async () => {
    const { release, standing } = await zoneWith([one], { [later]: [one] });
    expect(await release([one])).toEqual({ ...nothingLeft, superseded: [`A ${name} ${one}`] });
    expect(standing()).toEqual([[one], 1]);
  });

  test("is what the program declares anew and nobody claims; what we claim goes all the same", async () => {
    const { release, standing } = await zoneWith([one, two], { [ours]: [two] });
    expect(await release([one, two], { isReplacing: true })).toEqual({ ...nothingLeft, declared: [`A ${name} ${one}`] });
    expect(standing()).toEqual([[one], 0]);
  });

  test("is what somebody has put in place of ours, and is told", async () => {
    const { release, standing } = await zoneWith([stray]);
    expect(await release([one])).toEqual({ ...nothingLeft, changed: [`A ${name} has ${stray} instead of ${one}`] });
    expect(standing()).toEqual([[stray], 0]);
  });

  test("is told as changed only where ours is gone: what others have put beside it is theirs", async () => {
    const { release, standing } = await zoneWith([one, stray], { [ours]: [one] });
    expect(await release([one])).toEqual(nothingLeft);
    expect(standing()).toEqual([[stray], 0]);
    const partly = await zoneWith([two], { [ours]: [one, two] });
    expect(await partly.release([one, two])).toEqual(nothingLeft);
    expect(partly.standing()).toEqual([[], 0]);
  });

  test("is decided name by name: what goes at one name stays at another", async () => {
    const { server, releaseAll } = await zoneWith([one], { [ours]: [one] });
    server.zone(zone).set("other", "A", [one, two]);
    server.zone(zone).set("other", "AAAA", ["fd00::1"]);
    server.zone(zone).set(claimsName("other"), "TXT", [formatClaim({ owner: theirs, records: [{ type: "A", data: one }] })]);
    const other = `other.${zone}`;
    const left = await releaseAll([
      { zone, name, type: "A", data: one },
      { zone, name: other, type: "A", data: one },
      { zone, name: other, type: "AAAA", data: "fd00::1" },
    ]);
    expect(left).toEqual({ ...nothingLeft, shared: [`A ${other} ${one}`] });
    expect([server.addresses(name), server.addresses(other).sort()]).toEqual([[], [one, two]]);
    expect([name, other].map((each) => server.data(claimsName(each), "TXT").length)).toEqual([0, 1]);
  });
});
