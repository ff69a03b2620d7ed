/** Which modules an edit makes run again. Development only. */
import { eachOwn, has, own } from '../objects.ts'
import type { Context, Table } from '../types.ts'

/** What is to be done for an edit. */
export interface Plan {
  /** Ids of modules that run again. */
  outdated: string[]
  /** Ids of modules that take care of replaced ones, with the ids of those. */
  accepted: Table<string[]>
}

/**
 * Follows edited modules to those that use them, up to modules that accept the change.
 * @param ctx the context
 * @param ids edited modules
 * @param rerunnable may a module run again without being asked
 * @returns undefined when the page has to be loaded again
 */
export function planOf(
  ctx: Context,
  ids: string[],
  rerunnable: (id: string) => boolean,
): Plan | undefined {
  var plan: Plan = { outdated: [], accepted: {} }
  var seen: Table<boolean> = {}
  var queue = ids.slice()
  for (var id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (has(seen, id)) continue
    seen[id] = true
    var record = own(ctx.hot, id)
    if (!record || record.declined) return undefined
    plan.outdated.push(id)
    if (record.self) continue
    var users = usersOf(ctx, id, plan)
    // What the page itself got cannot be taken back.
    if (own(ctx.pageUses, id)) return undefined
    var cared = !users.length && isAccepted(plan, id)
    if (!cared && !record.disposers.length && !rerunnable(id)) return undefined
    queue = queue.concat(users)
  }
  return plan
}

/**
 * The modules that a module's replacement is a matter of.
 * @param ctx the context
 * @param id the module
 * @param plan gets the modules that accept its replacement
 * @returns ids of the modules that use it and do not accept its replacement
 */
export function usersOf(ctx: Context, id: string, plan: Plan): string[] {
  var users: string[] = []
  eachOwn(ctx.hot, function (record, user) {
    if (user === id || !own(record.uses, id)) return
    if (!has(record.accepts, id)) users.push(user)
    else (plan.accepted[user] = own(plan.accepted, user) || []).push(id)
  })
  return users
}

/** Does any module take care of the module's replacement? */
function isAccepted(plan: Plan, id: string): boolean {
  var found = false
  eachOwn(plan.accepted, function (ids) {
    return (found = ids.indexOf(id) >= 0)
  })
  return found
}
