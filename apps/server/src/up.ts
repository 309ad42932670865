import { rename } from "node:fs/promises"
import { enableCompileCache } from "node:module"
import { portsOf } from "./compose/ports.ts"
import { readServerConfig } from "./config.ts"
import type { RunningPlane, UpOptions } from "./options.ts"
import { partNames } from "./options.ts"
import { refuseUnsafeDefaults } from "./refuse-unsafe-defaults.ts"
import { takeInstanceLock } from "./state/instance-lock.ts"
import { openStateDirectory, removeFile } from "./state/state-directory.ts"

/**
 * Starts a plane and returns once it is ready. Whatever was started is stopped again when a later step fails; then the state
 * directory is free for the next start. Throws `server.*` and `config.invalid`.
 */
export async function up(options: UpOptions): Promise<RunningPlane> {
  const config = readServerConfig(options.environment)
  const parts = options.only ?? partNames
  portsOf(options.port)
  refuseUnsafeDefaults({ config, demo: options.demo ?? false, parts, allow: options.allow ?? [] })
  const paths = await openStateDirectory(options.stateDirectory)
  const lock = await takeInstanceLock(paths)
  try {
    await removeFile(paths.plane)
    await rename(paths.log, `${paths.log}.1`).catch(() => undefined)
    enableCompileCache(paths.compileCache)
    // Loaded only now: everything that runs the plane is compiled into that cache.
    const { startPlane } = await import("./compose/start-plane.ts")
    const plane = await startPlane({ options, config, parts, paths })
    return { ...plane, stop: () => plane.stop().finally(lock.release) }
  } catch (error) {
    await lock.release()
    throw error
  }
}
