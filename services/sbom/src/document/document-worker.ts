import { parentPort, workerData } from "node:worker_threads"
import { isGatehouseError } from "@gatehouse/kernel"
import { readDocument } from "./read-document.ts"
import type { WorkerAnswer } from "./worker-answer.ts"

// The thread's one job: it gets a document's bytes, answers once, and ends.
function read(bytes: Uint8Array): WorkerAnswer {
  try {
    return { document: readDocument(bytes) }
  } catch (error) {
    if (!isGatehouseError(error)) throw error
    const { code, publicMessage, details } = error
    return { refusal: { code, publicMessage, details } }
  }
}

parentPort?.postMessage(read(workerData as Uint8Array))
