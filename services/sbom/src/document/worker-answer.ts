import type { ErrorCode } from "@gatehouse/kernel"
import type { ParsedDocument } from "./parsed-document.ts"

/** What the thread that reads a document sends back: an error loses its class on the way, so its parts are sent. */
export type WorkerAnswer =
  | { readonly document: ParsedDocument }
  | {
      readonly refusal: {
        readonly code: ErrorCode
        readonly publicMessage: string
        readonly details: Readonly<Record<string, unknown>>
      }
    }
