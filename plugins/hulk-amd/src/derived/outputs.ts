import fs from 'node:fs'
import path from 'node:path'

const CHUNK = 1 << 22

/**
 * Files that are to be written when all of them are known. Their texts are kept as bytes outside the heap: ten thousand
 * strings would be moved about by the garbage collector for longer than it takes to make them.
 */
export class Outputs {
  readonly #files = new Map<string, Buffer>()
  #chunk = Buffer.alloc(0)
  #used = 0

  /** How many files there are. */
  get size(): number {
    return this.#files.size
  }

  has(name: string): boolean {
    return this.#files.has(name)
  }

  /** Adds a file, by its path below the output folder. */
  add(name: string, text: string): void {
    // No character of UTF-16 takes more than three bytes.
    const room = text.length * 3
    if (this.#chunk.length - this.#used < room) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK, room))
      this.#used = 0
    }
    const end = this.#used + this.#chunk.write(text, this.#used)
    this.#files.set(name, this.#chunk.subarray(this.#used, end))
    this.#used = end
  }

  /**
   * Writes what is not there already.
   *
   * @param outDir The output folder, absolute.
   * @param written Is told the path of each file.
   */
  write(outDir: string, written: (file: string) => void): void {
    /** Folders, and whether they were there before. */
    const folders = new Map<string, boolean>()
    for (const [name, bytes] of this.#files) {
      const file = path.join(outDir, name)
      const folder = path.dirname(file)
      let old = folders.get(folder)
      if (old === undefined) {
        old = fs.existsSync(folder)
        if (!old) fs.mkdirSync(folder, { recursive: true })
        folders.set(folder, old)
      }
      if (!old || !holds(file, bytes)) fs.writeFileSync(file, bytes)
      written(file)
    }
  }
}

function holds(file: string, bytes: Buffer): boolean {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size
  return size === bytes.length && fs.readFileSync(file).equals(bytes)
}
