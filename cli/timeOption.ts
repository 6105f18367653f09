import { InvalidArgumentError, Option } from "commander";
import { Duration, parseDuration } from "pulumi-dataminer-failover/core";

/** An option that takes a time such as "90s", and gives it in milliseconds. */
export const timeOption = (flags: string, description: string, usual: Duration): Option =>
  new Option(flags, description).argParser(milliseconds).default(parseDuration(usual), usual);

function milliseconds(text: string): number {
  const parsed = Duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('It must be a time such as "90s", "30m" or "4h".');
  return parseDuration(parsed.data as Duration);
}
