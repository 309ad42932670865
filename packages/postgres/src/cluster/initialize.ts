import { chown, open, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { GatehouseError, revealSecret, type Secret } from "@gatehouse/kernel"
import type { Binaries } from "./binaries.ts"
import type { ClusterPlace } from "./place.ts"
import { runProgram } from "./run-program.ts"

/** The role that owns the cluster. It may create roles and databases. */
export const administratorRole = "gatehouse"

/**
 * Makes the data directory unless it is there. It is made under another name and moved when it is whole, so a start that
 * is killed leaves nothing half made. `durable` false skips waiting for the disk, for tests.
 */
export async function initializeCluster(
  place: ClusterPlace,
  binaries: Binaries,
  password: Secret,
  durable: boolean,
): Promise<void> {
  const found = await readFile(join(place.data, "PG_VERSION"), "utf8").catch(() => undefined)
  if (found !== undefined) {
    assertVersion(found.trim(), binaries.majorVersion)
    return
  }
  const partial = `${place.data}.partial`
  const passwordFile = join(place.root, "password")
  await rm(partial, { recursive: true, force: true })
  try {
    await writeFile(passwordFile, `${revealSecret(password)}\n`, { mode: 0o600 })
    if (place.user !== undefined) await chown(passwordFile, place.user.uid, place.user.gid)
    await runInitdb(place, binaries, { partial, passwordFile, durable })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(partial, place.data)
  if (durable) await synchronize(place.root)
}

/**
 * Text compares by bytes (C collation), so ids that differ in case, accents or trailing spaces are different ids
 * (OpenFGA CVE-2026-55170); letters are still classified by Unicode (builtin C.UTF-8).
 */
async function runInitdb(
  place: ClusterPlace,
  binaries: Binaries,
  options: { partial: string; passwordFile: string; durable: boolean },
): Promise<void> {
  const { exitCode, output } = await runProgram(
    binaries.initdb,
    [
      `--pgdata=${options.partial}`,
      `--username=${administratorRole}`,
      `--pwfile=${options.passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--data-checksums",
      ...(options.durable ? [] : ["--no-sync"]),
    ],
    { folder: place.root, user: place.user },
  )
  if (exitCode !== 0) {
    throw new GatehouseError("postgres.cluster_failed", {
      publicMessage: "The embedded database could not be made.",
      details: { folder: place.root, exitCode, output },
    })
  }
}

function assertVersion(found: string, expected: string): void {
  if (found === expected) return
  throw new GatehouseError("postgres.cluster_version", {
    publicMessage: `The embedded database was made by PostgreSQL ${found}; this version of Gatehouse brings PostgreSQL ${expected}.`,
    details: { found, expected },
  })
}

async function synchronize(folder: string): Promise<void> {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
