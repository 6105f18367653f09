import { styleText } from "node:util";

const styles = ["bold", "dim", "red", "green", "yellow", "cyan"] as const;

/** Each puts its text into that style, or leaves it alone where nobody wants any. */
export type Colours = Readonly<Record<(typeof styles)[number], (text: string) => string>>;

export function coloursFor(isWelcome: boolean): Colours {
  // Whether they are welcome is decided by whoever knows where the text goes: styleText itself would ask this process's stdout.
  const styled = (style: (typeof styles)[number]) => (text: string) =>
    isWelcome ? styleText(style, text, { validateStream: false }) : text;
  return Object.fromEntries(styles.map((style) => [style, styled(style)])) as Colours;
}

/** Whether colours are welcome there: on terminals, unless NO_COLOR (https://no-color.org) or TERM=dumb says otherwise. */
export const takesColours = (stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
