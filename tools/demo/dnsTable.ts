import type { Simulator } from "../../simulator/index.js";
import type { Narrator } from "./narrator";

/** The addresses that the name server has at some names, as in the table of the product's FAQ on double registration. */
export function showDns(story: Narrator, simulator: Simulator, names: readonly string[]): void {
  for (const name of names) story.say(`  ${name.padEnd(12)} ${addressesOf(simulator, name).join(", ") || "(no record)"}`);
}

export function addressesOf({ nameServer, dns }: Simulator, name: string): string[] {
  const zone = dns?.zone ?? "";
  return nameServer.zone(zone).data(`${name.toLowerCase()}.${zone}`, "A");
}
