/** Questions to values and tables, for a language level without helpers of its own (the loader's output is ES5). */
import type { Fn, Table, Value } from './types.ts'

/** The global object of the page or worker. */
export var root: typeof globalThis = typeof window === 'undefined' ? self : window

/** Is there a page (not a worker)? */
export var isBrowser: boolean = typeof navigator !== 'undefined' && !!root.document

/** Methods of every object. */
var plain = Object.prototype

/**
 * Tells functions from other values, across realms.
 * @param value any value
 * @returns is it a plain function
 */
export function isFunction(value: Value): value is Fn {
  return plain.toString.call(value) === '[object Function]'
}

/**
 * Has the table an entry of that name itself?
 * @param table the table
 * @param name the entry's name
 * @returns is it an own property
 */
export function has(table: object, name: string): boolean {
  return plain.hasOwnProperty.call(table, name)
}

/**
 * The table's own entry of that name.
 * @param table the table
 * @param name the entry's name
 * @returns its value, or undefined
 */
export function own<T>(table: Table<T>, name: string): T | undefined {
  return has(table, name) ? table[name] : undefined
}

/**
 * Visits the truthy entries of a list until a visit answers true. Entries added meanwhile are visited too.
 * @param list the list, or nothing
 * @param visit gets value and index
 */
export function each<T>(
  list: readonly T[] | null | undefined,
  visit: (value: T, index: number) => unknown,
): void {
  if (!list) return
  for (var i = 0; i < list.length; i++) {
    var value = list[i]
    if (value && visit(value, i)) return
  }
}

/**
 * Visits a table's own entries until a visit answers true.
 * @param table the table
 * @param visit gets value and name
 */
export function eachOwn<T>(table: Table<T>, visit: (value: T, name: string) => unknown): void {
  for (var name in table) {
    if (has(table, name) && name !== '__proto__' && name !== 'constructor') {
      if (visit(table[name] as T, name)) return
    }
  }
}

/**
 * Lays a table over another. Plain objects in it are merged, as `require.config()` does for `paths` and its like.
 * @param target what is changed
 * @param source what is laid over it
 */
export function merge(target: Table<Value>, source: Table<Value>): void {
  eachOwn(source, function (value, name) {
    if (value && typeof value === 'object' && !Array.isArray(value) && !(value instanceof RegExp)) {
      merge((target[name] = target[name] || {}) as Table<Value>, value as Table<Value>)
    } else target[name] = value
  })
}

/**
 * The global of a dotted path.
 * @param path such as `a.b.c`
 * @returns its value; the empty path as it is
 */
export function globalOf(path: string | undefined): Value {
  if (!path) return path
  var value: Value = root
  each(path.split('.'), function (name) {
    value = (value as Table<Value>)[name]
  })
  return value
}
