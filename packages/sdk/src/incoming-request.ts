/** The request as a framework has it; `IncomingMessage` of node:http is one. */
export interface IncomingRequest {
  readonly method?: string | undefined
  /** Path and query byte for byte as received. */
  readonly url: string
  /** Names and values in turn, as received: what came twice is seen twice. */
  readonly rawHeaders: readonly string[]
}
