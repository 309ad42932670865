import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { type Import, readImports } from "./imports/read-imports.ts"
import { restricted, rules, type Workspace } from "./imports/rules.ts"

/**
 * Holds the table "Who may import whom" of ARCHITECTURE.md, and that each package.json declares exactly what its code
 * imports. Prints every violation with file and line; exits 1 when there is one.
 */
const root = fileURLToPath(new URL("..", import.meta.url))

interface Manifest extends Workspace {
  readonly declared: ReadonlyMap<string, "runtime" | "development" | "optional">
}

function readManifest(folder: string): Manifest {
  const { name, dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(root, folder, "package.json"), "utf8"),
  )
  const declared = new Map<string, "runtime" | "development" | "optional">()
  for (const key of Object.keys({ ...dependencies, ...peerDependencies })) declared.set(key, "runtime")
  for (const key of Object.keys(devDependencies ?? {})) declared.set(key, "development")
  for (const key of Object.keys(optionalDependencies ?? {})) declared.set(key, "optional")
  return { folder, name, declared }
}

const packageOf = (specifier: string) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
const isTest = (file: string) => /\.test\.ts$|\/(testing|contract)\//.test(file)

/** Declared for what is not an import: types that the compiler loads, programs that are started, data that is read. */
const usedOtherwise = new Set([
  "typescript",
  "@biomejs/biome",
  "@types/node",
  "@types/pg",
  "@types/oidc-provider",
  "fastify-type-provider-zod",
])

function check(manifests: readonly Manifest[], files: readonly string[]): string[] {
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]))
  const violations: string[] = []
  const edges = new Map<string, Set<string>>()
  const used = new Map<string, Set<string>>(manifests.map(({ folder }) => [folder, new Set()]))
  for (const file of files) {
    const from = manifests.find(({ folder }) => file.startsWith(`${folder}/`)) ?? rootManifest
    for (const found of readImports(join(root, file))) {
      const report = (text: string) =>
        violations.push(`${file}:${found.line} imports ${found.specifier}: ${text}`)
      for (const { says, module, file: place } of restricted)
        if (module.test(found.specifier) && !place.test(file)) report(says)
      if (found.specifier.startsWith(".")) checkRelative(from, file, found, report)
      else if (!isBuiltin(found.specifier)) {
        const name = packageOf(found.specifier)
        used.get(isTest(file) && !from.declared.has(name) ? "." : from.folder)?.add(name)
        checkDeclared(from, file, name, report)
        const to = byName.get(name)
        if (to && to !== from && from !== rootManifest && !isTest(file)) {
          edges.set(from.name, (edges.get(from.name) ?? new Set()).add(to.name))
          for (const { says, forbids } of rules) if (forbids({ ...found, from, to, file })) report(says)
        }
      }
    }
  }
  for (const { folder, declared } of manifests) {
    for (const [name, kind] of declared) {
      if (kind !== "optional" && !used.get(folder)?.has(name) && !usedOtherwise.has(name))
        violations.push(`${folder}/package.json declares ${name}, which its code does not import`)
    }
  }
  return [...violations, ...cyclesIn(edges), ...readsOfTheEnvironment(files)]
}

/** Packages may import packages, without cycles. */
function cyclesIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>()
  const found: string[] = []
  const visit = (name: string, path: readonly string[]) => {
    const at = path.indexOf(name)
    if (at >= 0) found.push(`cycle: ${[...path.slice(at), name].join(" imports ")}`)
    if (at >= 0 || done.has(name)) return
    for (const next of edges.get(name) ?? []) visit(next, [...path, name])
    done.add(name)
  }
  for (const name of edges.keys()) visit(name, [])
  return found
}

/** Only programs read the environment; everything else is given its settings. */
function readsOfTheEnvironment(files: readonly string[]): string[] {
  return files
    .filter((file) => /^(packages|engines|services|examples)\//.test(file) && !isTest(file))
    .filter((file) => /\bprocess\.env\b/.test(readFileSync(join(root, file), "utf8")))
    .map((file) => `${file} reads process.env: only apps/* read the environment`)
}

function checkRelative(from: Workspace, file: string, found: Import, report: (text: string) => void): void {
  if (from === rootManifest) return
  const target = relative(root, resolve(root, dirname(file), found.specifier))
  if (!target.startsWith(`${from.folder}/`) && !isTest(file))
    report("a workspace is reached by its name, not by a path")
}

function checkDeclared(from: Manifest, file: string, name: string, report: (text: string) => void): void {
  const kind = from.declared.get(name)
  if (kind !== undefined && (kind !== "development" || isTest(file))) return
  // Test tools are the root's, for every workspace, and so are the workspaces themselves: a contract names both its sides.
  const isOutside = isTest(file) || from === rootManifest
  if (isOutside && (rootManifest.declared.has(name) || name.startsWith("@gatehouse/"))) return
  report(`not declared in ${from.folder}/package.json`)
}

const rootManifest = readManifest(".")
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
}).split("\n")
const folders = tracked
  .filter((path) => /^(packages|engines|services|apps|examples)\/[^/]+\/package\.json$/.test(path))
  .map((path) => dirname(path))
const sources = tracked.filter((path) => path.endsWith(".ts") && !path.includes("/must-not-compile/"))
const violations = check([...folders.map(readManifest), rootManifest], sources)
for (const violation of violations) process.stderr.write(`${violation}\n`)
process.stdout.write(`${sources.length} files, ${violations.length} violations\n`)
process.exit(violations.length > 0 ? 1 : 0)
