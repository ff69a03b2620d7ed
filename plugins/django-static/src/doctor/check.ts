import type { FrontSite } from '@kovu/protocol'
import type { Context } from '../context.ts'
import type { Project } from '../project.ts'

/** Something to change in a project. */
export interface Finding {
  /** An error keeps static files from working; a warning may surprise. */
  readonly level: 'error' | 'warning'
  readonly message: string
}

/** What the checks look at. */
export interface Patient {
  readonly context: Context
  readonly project: Project
  /** The development front, if there is one. */
  readonly site: FrontSite | undefined
}

/** Looks for one thing. */
export type Check = (patient: Patient) => Finding | readonly Finding[] | undefined

/** A finding that keeps static files from working. */
export function error(message: string): Finding {
  return { level: 'error', message }
}

/** A finding that may surprise. */
export function warning(message: string): Finding {
  return { level: 'warning', message }
}
