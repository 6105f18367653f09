/** One line for a person who waits. */
export type Say = (line: string) => void;

/** On stderr: stdout belongs to what the CLI itself prints, such as `stack output --json`. */
export const sayOnStderr: Say = (line) => {
  process.stderr.write(`[pulumi cli] ${line}\n`);
};
