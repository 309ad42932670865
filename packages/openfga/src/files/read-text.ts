import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import type { GatehouseError } from "@gatehouse/kernel"
import { fileError } from "./file-errors.ts"

/** A chunk as large as a pipe holds. In bytes. */
const CHUNK_BYTES = 64 * 1024

/**
 * The text of a file, or of a pipe such as `/dev/stdin` or a shell's `<(…)`. Throws `openfga.file_unreadable` (missing, a directory, no
 * right, no text in UTF-8) and `openfga.file_too_large` without reading on.
 */
export function readText(file: string, limitBytes: number): string {
  const bytes = readBytes(file, limitBytes)
  if (bytes.includes(0)) throw unreadable(file, "it is not text")
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(file, "it is not text in UTF-8", cause)
  }
}

function readBytes(file: string, limitBytes: number): Buffer {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, "r")
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) throw unreadable(file, "it is a directory")
    if (stat.size > limitBytes) throw tooLarge(file, limitBytes)
    return readAll(descriptor, file, stat.isFile() ? stat.size : CHUNK_BYTES, limitBytes)
  } catch (error) {
    throw isSystemError(error) ? unreadable(file, reasonOf(error), error) : error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function readAll(descriptor: number, file: string, expectedBytes: number, limitBytes: number): Buffer {
  const parts: Buffer[] = []
  let size = 0
  for (;;) {
    const part = Buffer.allocUnsafe(size === 0 ? expectedBytes + 1 : CHUNK_BYTES)
    const read = readSync(descriptor, part, 0, part.length, null)
    if (read === 0) return Buffer.concat(parts)
    size += read
    if (size > limitBytes) throw tooLarge(file, limitBytes)
    parts.push(part.subarray(0, read))
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error
}

function reasonOf({ code }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return "there is no such file"
    case "ENOTDIR":
      return "a part of its path is not a directory"
    case "EACCES":
    case "EPERM":
      return "you have no right to read it"
    case "EISDIR":
      return "it is a directory"
    default:
      return `it cannot be read (${code ?? "unknown"})`
  }
}

function unreadable(file: string, reason: string, cause?: unknown): GatehouseError {
  return fileError("openfga.file_unreadable", [{ file, reason }], cause)
}

function tooLarge(file: string, limitBytes: number): GatehouseError {
  const megabytes = limitBytes / 1024 / 1024
  return fileError("openfga.file_too_large", [{ file, reason: `it is larger than ${megabytes} MiB` }])
}
