import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const repository = resolve(__dirname, "../..");
const modules = join(repository, "node_modules");
const run = promisify(execFile);

export const packageName = "pulumi-dataminer-failover";

/** The packages of this repository, by the folder that each is packed from. */
const folders = { [packageName]: ".", "dma-failover": "cli", "dataminer-failover-simulator": "simulator" } as const;
type PackageName = keyof typeof folders;

export interface PackedManifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface PackedProjectOptions {
  /** The packages of this repository that it has. Default: the library. */
  packages?: readonly PackageName[];
  /** Packages that it has besides these. */
  others?: readonly string[];
}

/** A project outside of the repository with packed packages in its node_modules, as `npm install` leaves it. */
export class PackedProject {
  private constructor(
    readonly folder: string,
    private readonly manifests: ReadonlyMap<PackageName, PackedManifest>,
  ) {}

  /** Its dependencies are this repository's own, and so are `others`; an optional peer is not among them. */
  static async create({ packages = [packageName], others = [] }: PackedProjectOptions = {}): Promise<PackedProject> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "dma-failover-project-")));
    const manifests = new Map<PackageName, PackedManifest>();
    for (const name of packages) manifests.set(name, await unpack(name, folder));
    const needed = [...[...manifests.values()].flatMap(needs), ...others].filter((name) => !manifests.has(name as PackageName));
    for (const name of new Set(needed)) {
      const link = join(folder, "node_modules", name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(modules, name), link, "dir");
    }
    return new PackedProject(folder, manifests);
  }

  /** Of the library. */
  get manifest(): PackedManifest {
    return this.manifestOf(packageName);
  }

  manifestOf(name: PackageName): PackedManifest {
    const manifest = this.manifests.get(name);
    if (!manifest) throw new Error(`${name} is not in this project.`);
    return manifest;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** Packs the package as it was built and lays it where npm would. */
async function unpack(name: PackageName, project: string): Promise<PackedManifest> {
  const own = join(project, "node_modules", name);
  await mkdir(own, { recursive: true });
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", project];
  const { stdout } = await run("npm", pack, { cwd: join(repository, folders[name]) });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  await run("tar", ["-xzf", join(project, packed?.filename ?? ""), "-C", own, "--strip-components=1"]);
  return JSON.parse(await readFile(join(own, "package.json"), "utf8")) as PackedManifest;
}

function needs({ dependencies, peerDependencies, peerDependenciesMeta }: PackedManifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => peerDependenciesMeta?.[name]?.optional !== true);
}
