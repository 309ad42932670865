import type { TestProject } from "vitest/node"
import setUpCluster from "../../packages/postgres/src/testing/global-setup.ts"
import { createDatabaseOn } from "./create-database-on.ts"
import { startRealOpenfga } from "./real-openfga.ts"

/** The real OpenFGA that all files of `npm run test:contract` share. */
export interface SharedOpenfga {
  readonly url: string
  readonly credential: string
  readonly pid: number
  /** The administrator's address of its own database. */
  readonly databaseUrl: string
}

declare module "vitest" {
  interface ProvidedContext {
    openfga: SharedOpenfga
  }
}

/** Starts PostgreSQL and one real OpenFGA on it for all files of the run, and stops both afterwards. */
export default async function setUpContract(project: TestProject): Promise<() => Promise<void>> {
  const stopCluster = await setUpCluster(project)
  try {
    const databaseUrl = await createDatabaseOn(project.getProvidedContext().adminUrl, "real_openfga")
    const server = await startRealOpenfga({ datastore: "postgres", databaseUrl })
    const { url, credential, pid } = server
    project.provide("openfga", { url, credential, pid, databaseUrl })
    return async () => {
      await server.close()
      await stopCluster()
    }
  } catch (error) {
    await stopCluster()
    throw error
  }
}
