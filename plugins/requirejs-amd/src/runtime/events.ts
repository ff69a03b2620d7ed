/** Who waits for a module: listeners of `defined` and `error`. */
import { each } from './objects.ts'
import type { Fn, Module, RequireError, Value } from './types.ts'

/**
 * Adds a listener.
 * @param mod the module
 * @param name `defined` or `error`
 * @param listener gets the exports, or the error
 */
export function listen(mod: Module, name: string, listener: Fn): void {
  ;(mod.events[name] = mod.events[name] || []).push(listener)
}

/**
 * Calls the listeners. Those of an error are called once only: the module may stay registered.
 * @param mod the module
 * @param name `defined` or `error`
 * @param value the exports, or the error
 */
export function emit(mod: Module, name: string, value: Value): void {
  each(mod.events[name], function (listener) {
    listener(value)
  })
  if (name === 'error') delete mod.events[name]
}

/**
 * A listener that passes an error on.
 * @param mod whose listeners are told
 * @returns the listener
 */
export function passError(mod: Module): Fn {
  return function (error: RequireError) {
    emit(mod, 'error', error)
  }
}
