import { z } from "zod";
import { keepSecret } from "./redaction.js";

/** The name of the environment variable that holds a secret; `secret` says what that is. */
export const variableOf = (secret: string) =>
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, `expected the name of an environment variable, not the ${secret} itself`)
    .refine(
      (name) => !isValueItself(name),
      `expected the name of an environment variable; this looks like the ${secret} itself, and no variable is called so`,
    );

/** What is wrong with a variable that holds nothing, and what mends it. What may be the value itself is not shown. */
export function unsetVariable(name: string, input: string): { seen: string; cure: string } {
  if (!isValueItself(name)) return { seen: `environment variable ${name} is not set`, cure: `Set ${name} where Pulumi runs.` };
  const seen = `${input} names no environment variable that is set, and looks like the value itself, so it is not shown`;
  return { seen, cure: "Give the name of the variable there, never what it holds." };
}

/** Somebody gave the value where its name was asked for. From then on it is shown nowhere. */
export function isValueItself(name: string): boolean {
  if (process.env[name] !== undefined || !isNobodysName(name)) return false;
  keepSecret(name);
  return true;
}

/** No word of a name is as long as this, and letters and digits change places in none as often; a bearer token has 32 characters or more. */
const [longestWord, mostChanges, longestInBothCases] = [19, 3, 31];

function isNobodysName(name: string): boolean {
  const words = name.split("_");
  const changes = (word: string) => word.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  const isInBothCases = /[a-z]/.test(name) && /[A-Z]/.test(name);
  return (
    words.some((word) => word.length > longestWord || changes(word) > mostChanges) || (isInBothCases && name.length > longestInBothCases)
  );
}
