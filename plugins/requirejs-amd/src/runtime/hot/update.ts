/** Replaces edited modules in the running page. Development only. */
import { takeQueue } from '../define.ts'
import { init, register } from '../modules.ts'
import { each, eachOwn, has, own, root } from '../objects.ts'
import { moduleOf, unregister } from '../registry.ts'
import { requirejs } from '../requirejs.ts'
import { ownUrl, publicName } from '../urls.ts'
import { checkLoaded } from '../waiting.ts'
import type { Context, Definition, Fn, RequireError, Table, Value } from '../types.ts'
import { adopt } from './adopt.ts'
import { planOf, usersOf, type Plan } from './plan.ts'
import type { HotEdit } from './types.ts'

/** Edits that wait for the one before. */
var waiting: HotEdit[] = []
var busy = false

/** How often a module has taken care of a replacement. */
var cared = 0

/**
 * Brings an edit to every context of the page that has its modules.
 * @param edit what the server says
 */
export function update(edit: HotEdit): void {
  if (busy) waiting.push(edit)
  else begin(edit)
}

function next(): void {
  busy = false
  var edit = waiting.shift()
  if (edit) begin(edit)
}

function reload(why: string): void {
  console.debug('[requirejs-amd] the page is loaded again: ' + why)
  root.location.reload()
}

/** A context with what an edit means to it. */
interface Step {
  ctx: Context
  ids: string[]
  plan: Plan | undefined
}

function begin(edit: HotEdit): void {
  var steps: Step[] = []
  var impossible = ''
  function rerunnable(id: string): boolean {
    return edit.rerunnable.indexOf(id) >= 0
  }
  eachOwn(requirejs.s.contexts, function (ctx) {
    var known = edit.ids.filter((id) => isMeant(ctx, id, edit))
    if (!known.length) return
    var ids = known.filter((id) => has(ctx.defined, id))
    var plan = edit.values ? undefined : planOf(ctx, ids, rerunnable)
    if (ctx.broken) impossible = 'a replaced module failed'
    else if (!edit.values && !plan) impossible = ids + ' cannot be replaced alone'
    steps.push({ ctx: ctx, ids: known, plan: plan })
  })
  if (!steps.length) return
  if (impossible) return reload(impossible)
  var before = cared
  var used = edit.values && steps.some((step) => isUsed(step))
  busy = true
  fetchDefinitions(edit, function (definitions) {
    var left = steps.length
    function done(): void {
      if (--left) return
      console.debug('[requirejs-amd] replaced ' + edit.ids.join(', '))
      var told = new CustomEvent('requirejs-amd:update', {
        cancelable: true,
        detail: { ids: edit.ids },
      })
      // What a text or a template was made into stays on the page until somebody draws it again.
      var drawn = !root.dispatchEvent(told)
      if (used && !drawn && cared === before) reload('nobody has drawn ' + edit.ids + ' again')
      else next()
    }
    steps.forEach(function (step) {
      var ids = replaceWaiting(step, definitions)
      if (step.plan) apply(step.ctx, step.plan, definitions, done)
      else if (ids.length) applyValues(step.ctx, ids, definitions, rerunnable, done)
      else done()
    })
  })
}

/** Has any module, or the page itself, got one of the values? */
function isUsed({ ctx, ids }: Step): boolean {
  return ids.some(
    (id) => has(ctx.pageUses, id) || usersOf(ctx, id, { outdated: [], accepted: {} }).length > 0,
  )
}

/** Is the context's module of that id the edited one? */
function isMeant(ctx: Context, id: string, edit: HotEdit): boolean {
  if (!has(ctx.defined, id) && !has(ctx.registry, id)) return false
  var name = own(edit.names, id)
  return name === undefined || publicName(ctx.nameToUrl(id)) === name
}

/** Loads the new definitions, past the queue of `define()` calls. */
function fetchDefinitions(edit: HotEdit, use: (definitions: Table<Definition>) => void): void {
  var node = requirejs.createNode({} as Context['config'], edit.ids.join(), ownUrl as string)
  node.addEventListener('load', function () {
    var ctx = requirejs.s.contexts['_'] as Context
    var definitions: Table<Definition> = {}
    takeQueue(ctx)
    ctx.defQueue = ctx.defQueue.filter(function (definition) {
      var id = definition[0]
      if (id === null || edit.ids.indexOf(id) < 0) return true
      definitions[id] = definition
      delete ctx.defQueueMap[id]
      return false
    })
    if (node.parentNode) node.parentNode.removeChild(node)
    if (edit.ids.every((id) => has(definitions, id))) use(definitions)
    else reload('the new version defines other modules')
  })
  node.addEventListener('error', function () {
    reload('the new version did not come')
  })
  node.src = ownUrl + ((ownUrl as string).indexOf('?') < 0 ? '?' : '&') + edit.query
  ;(requirejs.s.head as Element).appendChild(node)
}

/** Gives modules that have come and that nobody wanted yet their new definition. Returns the ids of those that ran. */
function replaceWaiting({ ctx, ids }: Step, definitions: Table<Definition>): string[] {
  return ids.filter(function (id) {
    if (has(ctx.defined, id)) return true
    var mod = own(ctx.registry, id)
    if (mod && mod.enabled) reload(id + ' is on its way')
    else if (mod) {
      unregister(ctx, id)
      register(ctx, definitions[id] as Definition)
    }
    return false
  })
}

/** Runs modules again. Gives the values that they had. */
function rerun(
  ctx: Context,
  ids: string[],
  definitions: Table<Definition>,
  done: (old: Table<Value>) => void,
): void {
  var old: Table<Value> = {}
  var errbacks: Fn[] = []
  ids.forEach(function (id) {
    var record = own(ctx.hot, id)
    var data: Table<Value> = {}
    if (record) {
      each(record.disposers, function (dispose) {
        dispose(data)
      })
      if (record.onError) errbacks.push(record.onError)
    }
    ctx.hotData[id] = data
    old[id] = ctx.defined[id]
    delete ctx.defined[id]
    unregister(ctx, id)
    var definition = own(definitions, id) || (record && record.definition)
    if (definition) register(ctx, definition)
  })
  var mod = moduleOf(ctx, ctx.makeModuleMap(null))
  mod.skipMap = mod.silent = true
  init(
    ctx,
    mod,
    ids,
    function () {
      done(old)
    },
    function (error: RequireError) {
      // The old value is better than none; the next edit begins anew.
      ctx.broken = true
      ids.forEach(function (id) {
        if (!has(ctx.defined, id)) ctx.defined[id] = old[id]
      })
      if (errbacks.length) errbacks.forEach((errback) => void errback(error))
      else console.error(error)
      next()
    },
    true,
  )
  checkLoaded(ctx)
}

/** Tells those who take care of replaced modules. */
function tell(ctx: Context, plan: Plan): void {
  eachOwn(plan.accepted, function (ids, user) {
    var told: Fn[] = []
    var record = own(ctx.hot, user)
    each(ids, function (id) {
      var callback = record && record.accepts[id]
      if (!callback || callback === true || told.indexOf(callback) >= 0) return
      told.push(callback)
      cared++
      var values = ids.filter(
        (other) => (record as typeof record & object).accepts[other] === callback,
      )
      callback.apply(
        undefined,
        values.map((other) => ctx.defined[other]),
      )
    })
  })
}

function apply(ctx: Context, plan: Plan, definitions: Table<Definition>, done: () => void): void {
  if (!plan.outdated.length) return done()
  rerun(ctx, plan.outdated, definitions, function () {
    tell(ctx, plan)
    done()
  })
}

/** Texts and templates: who uses them runs again until a value can take the place of the old one. */
function applyValues(
  ctx: Context,
  ids: string[],
  definitions: Table<Definition>,
  rerunnable: (id: string) => boolean,
  done: () => void,
): void {
  rerun(ctx, ids, definitions, function (old) {
    var plan: Plan = { outdated: [], accepted: {} }
    var users: string[] = []
    var stuck = ''
    ids.forEach(function (id) {
      var record = own(ctx.hot, id)
      if (adopt(old[id], ctx.defined[id])) ctx.defined[id] = old[id]
      else if (record && record.self) return
      else if (own(ctx.pageUses, id)) stuck = id
      else users = users.concat(usersOf(ctx, id, plan))
    })
    users = users.filter((id, at) => users.indexOf(id) === at)
    users.forEach(function (id) {
      var record = own(ctx.hot, id)
      if (!rerunnable(id) && !(record && (record.self || record.disposers.length))) stuck = id
    })
    if (stuck) return reload(stuck + ' has made something of it')
    tell(ctx, plan)
    if (users.length) applyValues(ctx, users, {}, rerunnable, done)
    else done()
  })
}
