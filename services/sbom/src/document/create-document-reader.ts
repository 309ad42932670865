import { Worker } from "node:worker_threads"
import { GatehouseError } from "@gatehouse/kernel"
import type { ParsedDocument } from "./parsed-document.ts"
import { readDocument } from "./read-document.ts"
import type { WorkerAnswer } from "./worker-answer.ts"

/** Up to here reading takes 30 ms at most; a thread of its own would take longer to start. */
const maximumInlineBytes = 512 * 1024

/** Heap of one thread, in MiB. The largest document that is taken needs 300. */
const threadHeapMebibytes = 640

/** Threads at the same time. Reading is all computation: more would only share the same cores. */
const maximumThreads = 2

/** The slowest document that is taken needs 3 s on a busy machine. */
const patienceMilliseconds = 30_000

/** Reads documents without holding up other requests. */
export interface DocumentReader {
  /** As `readDocument`; besides, `sbom.too_complex` where reading takes more memory or time than a thread has. */
  read(bytes: Uint8Array): Promise<ParsedDocument>
}

/**
 * Makes a reader. Small documents are read at once. A larger one would hold up every other request of the process for a second
 * or two, so it is read in a thread of its own, whose memory is bounded whatever the document holds.
 */
export function createDocumentReader(): DocumentReader {
  const queue: (() => void)[] = []
  let running = 0
  const enter = async () => {
    if (running < maximumThreads) running += 1
    else await new Promise<void>((resolve) => queue.push(resolve))
  }
  // Who waits takes over the place, so the number stays.
  const leave = () => {
    const next = queue.shift()
    if (next === undefined) running -= 1
    else next()
  }
  return {
    read: async (bytes) => {
      if (bytes.length <= maximumInlineBytes) return readDocument(bytes)
      await enter()
      try {
        return toDocument(await readInThread(bytes))
      } finally {
        leave()
      }
    },
  }
}

function toDocument(answer: WorkerAnswer): ParsedDocument {
  if ("document" in answer) return answer.document
  const { code, ...options } = answer.refusal
  throw new GatehouseError(code, options)
}

function readInThread(bytes: Uint8Array): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./document-worker.ts", import.meta.url), {
      workerData: bytes,
      resourceLimits: { maxOldGenerationSizeMb: threadHeapMebibytes },
    })
    const timer = setTimeout(() => void worker.terminate(), patienceMilliseconds)
    // A service that closes does not wait for a document that nobody gets an answer for.
    worker.unref()
    worker.once("message", resolve)
    worker.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new GatehouseError("sbom.too_complex") : error),
    )
    worker.once("exit", () => {
      clearTimeout(timer)
      reject(new GatehouseError("sbom.too_complex"))
    })
  })
}
