import type { IncomingRequest } from "./incoming-request.ts"

/**
 * Every value of a header, in the order of the request. `headers` of node:http drops or joins what came twice, and two
 * credentials must not look like one.
 */
export function headerValues({ rawHeaders }: Pick<IncomingRequest, "rawHeaders">, name: string): string[] {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1]
    if (rawHeaders[index]?.toLowerCase() === name && value !== undefined) values.push(value)
  }
  return values
}
