/** How the static host differs from one on this machine. What is not named stays as Vite has it. */
export interface CdnOptions {
  /** Milliseconds that every answer takes longer. */
  readonly latency?: number
  /** Kilobytes (1000 bytes) a second, for all answers together. */
  readonly throughput?: number
  /** Seconds browsers may keep an answer, as `Cache-Control: public, max-age=…`. */
  readonly maxAge?: number
  /** Must neither side see the other's cookies, as on a host of its own? */
  readonly stripCookies?: boolean
  /**
   * Who may read answers from scripts, and use fonts and modules: `'none'` (no CORS header at all), `'*'`, or origins.
   */
  readonly cors?: 'none' | '*' | readonly string[]
  /** Is it away? Every connection to it breaks. */
  readonly offline?: boolean
}
