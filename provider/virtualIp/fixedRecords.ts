import { addressTypeOf, reverseNameOf } from "../dns/rdata.js";
import { absoluteName, absoluteZone } from "../records/declaredName.js";
import type { RecordRule } from "../records/recordRules.js";
import type { VirtualIpDns } from "./inputs.js";

const types = ["A", "AAAA"] as const;

/** What others have put there stays theirs. */
const asTheyAre = { others: "stay", overwrite: false, claimed: false } as const;

/**
 * The fixed records that end double registration (vendor: Failover FAQ, "registering the same virtual IP address"): the virtual name
 * has the virtual address alone, each Agent's name its own address and never the virtual one, or the one before. `claimed`: names of ours,
 * where what others put goes.
 */
export function fixedRecordRules(
  address: string,
  dns: VirtualIpDns,
  claimed: (name: string) => boolean,
  formerAddress?: string,
): RecordRule[] {
  const virtualName = absoluteName(dns.hostname, dns.zone);
  const zone = absoluteZone(dns.zone);
  const former = formerAddress === undefined || formerAddress === address ? [] : [formerAddress];
  const forward: RecordRule[] = types.map((type) => ({
    ...{ subject: "dns.hostname", name: virtualName, type, zone },
    present: addressTypeOf(address) === type ? [address] : [],
    absent: former.filter((each) => addressTypeOf(each) === type),
    ...{ others: "none", overwrite: dns.overwrite, claimed: claimed(virtualName) },
  }));
  const members = dns.members.flatMap((member) => memberRules([address, ...former], member, dns));
  return dns.reverse ? [...forward, ...members, ...reverseRules(address, dns, claimed)] : [...forward, ...members];
}

function memberRules(
  moving: readonly string[],
  { hostname, address: own }: VirtualIpDns["members"][number],
  dns: VirtualIpDns,
): RecordRule[] {
  const name = absoluteName(hostname, dns.zone);
  const rule = { subject: `dns.members ${hostname}`, name, zone: absoluteZone(dns.zone), ...asTheyAre } as const;
  const ofType = (type: (typeof types)[number]): RecordRule => ({
    ...{ ...rule, type },
    present: addressTypeOf(own) === type ? [own] : [],
    absent: moving.filter((address) => address !== own && addressTypeOf(address) === type),
  });
  return types.map(ofType).filter(({ present, absent }) => present.length + absent.length > 0);
}

/** PTR records of the virtual address that lead to an Agent are stale registrations, and go. */
function reverseRules(address: string, dns: VirtualIpDns, claimed: (name: string) => boolean): RecordRule[] {
  const zone = absoluteZone(dns.reverseZone);
  const names = dns.members.map(({ hostname }) => absoluteName(hostname, dns.zone));
  const name = reverseNameOf(address);
  return [
    {
      ...{ subject: "dns.reverse", name, type: "PTR", zone, present: [absoluteName(dns.hostname, dns.zone)] },
      ...{ others: "none", absent: names, overwrite: dns.overwrite, claimed: claimed(name) },
    },
    ...dns.members.map(
      (member, index): RecordRule => ({
        ...{ subject: "dns.reverse", name: reverseNameOf(member.address), type: "PTR", zone, present: [names[index] ?? ""] },
        ...{ absent: [], ...asTheyAre },
      }),
    ),
  ];
}
