import type { DemoFile, PlaneFile } from "@gatehouse/server"
import type { TestProject } from "vitest/node"
import { startPlaneProcess } from "./plane-process.ts"

/** The plane that all test files of the project `plane` share. */
export interface SharedPlane {
  readonly stateDirectory: string
  readonly port: number
  readonly pid: number
  readonly plane: PlaneFile
  readonly demo: DemoFile
}

declare module "vitest" {
  interface ProvidedContext {
    plane: SharedPlane
  }
}

/** Starts one whole plane by the real command for every file of the project, and stops it afterwards. */
export default async function setUpPlane(project: TestProject): Promise<() => Promise<void>> {
  const running = await startPlaneProcess()
  const { stateDirectory, port, plane, demo } = running
  project.provide("plane", { stateDirectory, port, pid: plane.pid, plane, demo })
  return async () => running[Symbol.asyncDispose]()
}
