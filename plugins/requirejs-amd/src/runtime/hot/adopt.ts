/** A new value in the place of an old one that others hold. Development only. */
import { eachOwn, has } from '../objects.ts'
import type { Table, Value } from '../types.ts'

/** Properties of functions that are not given on. */
var ownOfFunctions: Table<number> = {
  length: 1,
  name: 1,
  prototype: 1,
  arguments: 1,
  caller: 1,
  __super__: 1,
}

/**
 * Gives an old value the content of a new one, so that everybody who holds the old one has the new one.
 * @param old what others hold
 * @param next what the module is now
 * @returns is the old value now as good as the new one; if not, it was left alone
 */
export function adopt(old: Value, next: Value): boolean {
  if (old === next) return true
  if (!old || !next || typeof old !== typeof next) return false
  if (typeof old === 'object') {
    if (Array.isArray(old) || Object.getPrototypeOf(old) !== Object.getPrototypeOf(next))
      return false
    take(old as Table<Value>, next as Table<Value>, {})
    return true
  }
  if (typeof old !== 'function') return false
  // Without a prototype of its own, a function is its code, and nobody can change that.
  var from = (next as { prototype?: Table<Value> }).prototype
  var to = (old as { prototype?: Table<Value> }).prototype
  if (!from || !to || !Object.getOwnPropertyNames(from).some((name) => name !== 'constructor')) {
    return false
  }
  take(to, from, { constructor: 1 })
  take(old as unknown as Table<Value>, next as Table<Value>, ownOfFunctions)
  return true
}

/**
 * Makes the properties of an object those of another.
 * @param to the object
 * @param from the other one
 * @param except names that stay as they are
 */
function take(to: Table<Value>, from: Table<Value>, except: Table<number>): void {
  eachOwn(to, function (_value, name) {
    if (!has(from, name) && !has(except, name)) delete to[name]
  })
  Object.getOwnPropertyNames(from).forEach(function (name) {
    if (has(except, name)) return
    var property = Object.getOwnPropertyDescriptor(from, name)
    if (property) Object.defineProperty(to, name, property)
  })
}
