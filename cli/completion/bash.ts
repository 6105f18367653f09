import type { CommandWords, OptionWords } from "./words.js";

/** A completion script for bash 3.2 and later, without the bash-completion package. */
export function bashCompletion(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  return `# bash completion of ${program}
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${[...commands.map((command) => command.name), "--help", "--version"].join(" ")}" -- "$cur"))
    return
  fi
  case "$command $prev" in
${commands.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join("\n")}
  esac
  case "$command" in
${commands.map((command) => commandCase(command)).join("\n")}
  esac
}
complete -F ${name} ${program}`;
}

function valueCase(command: CommandWords, { flags, value }: OptionWords): string[] {
  if (value === null) return [];
  const pattern = flags.map((flag) => `"${command.name} ${flag}"`).join("|");
  return [`    ${pattern}) ${valueWords(value)}return ;;`];
}

function valueWords(value: Exclude<OptionWords["value"], null>): string {
  if (value === "text") return "";
  if (typeof value !== "string") return `COMPREPLY=($(compgen -W "${value.join(" ")}" -- "$cur")); `;
  // Names of files may have spaces.
  return `local IFS=$'\\n'; COMPREPLY=($(compgen ${value === "file" ? "-f" : "-d"} -- "$cur")); `;
}

const commandCase = ({ name, options, values }: CommandWords): string =>
  `    ${name}) COMPREPLY=($(compgen -W "${[...values, ...options.flatMap(({ flags }) => flags)].join(" ")}" -- "$cur")) ;;`;
