import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const repository = resolve(__dirname, "../..");
const run = promisify(execFile);

export const packageName = "pulumi-dataminer-failover";

export interface PackedManifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

/** A project outside of the repository with the packed package in its node_modules, as `npm install` leaves it. */
export class PackedProject {
  private constructor(
    readonly folder: string,
    readonly manifest: PackedManifest,
  ) {}

  /** Its dependencies are this repository's own, and so are `others`; an optional peer is not among them. */
  static async create(others: readonly string[] = []): Promise<PackedProject> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "dma-failover-project-")));
    const own = join(folder, "node_modules", packageName);
    await mkdir(own, { recursive: true });
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd: repository });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    await run("tar", ["-xzf", join(folder, packed?.filename ?? ""), "-C", own, "--strip-components=1"]);
    const manifest = JSON.parse(await readFile(join(own, "package.json"), "utf8")) as PackedManifest;
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
    const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => peerDependenciesMeta[name]?.optional !== true);
    for (const name of new Set([...needed, ...others])) {
      const link = join(folder, "node_modules", name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(repository, "node_modules", name), link, "dir");
    }
    return new PackedProject(folder, manifest);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
