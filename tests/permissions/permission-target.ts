import { randomBytes } from "node:crypto"
import { permissionModel } from "@gatehouse/contracts"
import { Secret } from "@gatehouse/kernel"
import {
  type Authorizer,
  createRemoteAuthorizer,
  createReplicaAuthorizer,
  ensureStore,
  type RelationshipTuple,
} from "@gatehouse/openfga"
import { expect } from "vitest"
import { startTestEngine } from "../../engines/authorization/src/testing/start-test-engine.ts"

/** An authorizer to hold to the platform's permissions, on a store of its own that holds the platform's model. */
export interface PermissionTarget {
  readonly authorizer: Authorizer
  /** Stores tuples; they are known to the authorizer when it returns. */
  write(tuples: readonly RelationshipTuple[]): Promise<void>
  close(): Promise<void>
}

/** A server on the authorization wire. */
export interface AuthorizationServer {
  readonly url: string
  readonly credential: string
  /** Default: the platform's own. */
  readonly model?: unknown
}

/** Tuples of one write: the wire's limit. */
const tuplesPerWrite = 100

async function storeOn({ url, credential, model = permissionModel }: AuthorizationServer) {
  const server = { url, credential: new Secret(credential) }
  const name = `permissions-${randomBytes(6).toString("hex")}`
  return { ...server, ...(await ensureStore({ ...server, name, model })) }
}

function writer(authorizer: Authorizer) {
  return async (tuples: readonly RelationshipTuple[]) => {
    for (let start = 0; start < tuples.length; start += tuplesPerWrite)
      await authorizer.write({ writes: tuples.slice(start, start + tuplesPerWrite) })
  }
}

/** A server asked over HTTP, question by question. */
export async function remoteTarget(server: AuthorizationServer): Promise<PermissionTarget> {
  const authorizer = createRemoteAuthorizer(await storeOn(server))
  return { authorizer, write: writer(authorizer), close: () => authorizer.close() }
}

/** A replica of a store on a server, which answers from memory: it is loaded before anything is asked. */
export async function replicaTarget(server: AuthorizationServer): Promise<PermissionTarget> {
  const authorizer = createReplicaAuthorizer(await storeOn(server))
  const write = writer(authorizer)
  return {
    authorizer,
    write: async (tuples) => {
      await write(tuples)
      await authorizer.ready()
      expect(authorizer.status().state).toBe("following")
    },
    close: () => authorizer.close(),
  }
}

/** The same on an embedded engine of the test's own. */
export async function onOwnEngine(
  open: (server: AuthorizationServer) => Promise<PermissionTarget>,
  model?: unknown,
): Promise<PermissionTarget> {
  const engine = await startTestEngine()
  const { url, credential } = engine
  const target = await open({ url, credential, model })
  return {
    ...target,
    close: async () => {
      await target.close()
      await engine.close()
    },
  }
}
