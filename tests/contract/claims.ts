import { parseClaim } from "../../provider/records/claims.js";

const begin = "_dataminer-failover.";

/** Lines about records, without those about the TXT records that say whose they are. */
export const withoutClaims = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes(begin));

/** Who owns what, as `name: owner without generation: type value`, from lines that each tell one record. */
export function claimsIn(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.includes(begin))
    .flatMap((line) => {
      const name = /_dataminer-failover\.(\S+)/.exec(line)?.[1];
      const claim = parseClaim(line.slice(line.indexOf('"')));
      const owner = claim?.owner.replace(/#[0-9a-f]{12}$/, "");
      return claim ? claim.records.map(({ type, data }) => `${name}: ${owner}: ${type} ${data}`) : [line];
    })
    .sort();
}
