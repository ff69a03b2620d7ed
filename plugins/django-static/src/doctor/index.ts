import type { Check, Finding, Patient } from './check.ts'
import { fileChecks } from './files.ts'
import { hostChecks } from './hosts.ts'
import { settingChecks } from './settings.ts'

/** Every check by its name. */
export const checks: Readonly<Record<string, Check>> = {
  ...settingChecks,
  ...hostChecks,
  ...fileChecks,
}

/**
 * Looks for what keeps static files from working.
 *
 * @param patient The project.
 * @returns What was found, with the name of the check.
 */
export function diagnose(patient: Patient): (Finding & { readonly check: string })[] {
  return Object.entries(checks).flatMap(([check, look]) =>
    [look(patient) ?? []].flat().map((finding) => ({
      check,
      level: finding.level,
      message: finding.message,
    })),
  )
}
