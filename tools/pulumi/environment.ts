import { delimiter } from "node:path";
import type { PulumiCli } from "./executable";

export interface PulumiEnvironmentOptions {
  pulumi: Pick<PulumiCli, "binFolder">;
  /** A folder that exists, or a backend URL such as `s3://bucket`. */
  backend: string;
  /** PULUMI_HOME: credentials, plugins and the selected stacks. */
  home: string;
  /** What the rest is taken from, and what wins over the defaults below. */
  environment?: NodeJS.ProcessEnv;
}

/** The environment in which the CLI needs no account and no network, and asks no question. */
export function pulumiEnvironment({ pulumi, backend, home, environment = process.env }: PulumiEnvironmentOptions): Record<string, string> {
  const inherited = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const hasPassphrase = environment.PULUMI_CONFIG_PASSPHRASE !== undefined || environment.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  return {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE: "" }),
    ...Object.fromEntries(inherited),
    PATH: [pulumi.binFolder, environment.PATH].filter(Boolean).join(delimiter),
    PULUMI_BACKEND_URL: backend.includes("://") ? backend : `file://${backend}`,
    PULUMI_HOME: home,
  };
}
