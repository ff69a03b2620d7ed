import type { Page } from 'playwright-core'
import { type Declaration, type Node, parse } from '../../src/minify/parse.ts'
import { declaration } from '../../src/minify/yui.ts'

/**
 * What Chromium makes of a sheet: for every property, who declares it and what wins, in the order of the sheet. Two sheets that agree in this
 * look the same.
 */
type Cascade = Record<string, string[]>

/**
 * In what two sheets differ for Chromium: shorthands, colours and units are what it makes of them.
 *
 * @param zeroPercent Are `0%` and `0` the same? YUI takes them so where they are the same length.
 */
export async function differences(
  page: Page,
  before: string,
  after: string,
  zeroPercent = false,
): Promise<string[]> {
  const [old, now] = [await page.evaluate(cascade, before), await page.evaluate(cascade, after)]
  const same = (line: string, property: string): string =>
    (zeroPercent || /^background-position|-origin$/.test(property)
      ? line.replaceAll(/(?<![\d.])0%/g, '0px')
      : line
    )
      .replaceAll(/ ?, ?/g, ', ')
      .replaceAll(/\d*\.\d+/g, (number) => Number(number).toPrecision(4))
      .replaceAll(/\bto (?:top|right|bottom|left)(?=,)/g, (side) => DEGREES[side] ?? side)
  const found: string[] = []
  for (const property of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const wanted = (old[property] ?? []).map((line) => same(line, property))
    const made = (now[property] ?? []).map((line) => same(line, property))
    if (JSON.stringify(wanted) === JSON.stringify(made)) continue
    const lost = wanted.filter((line) => !made.includes(line))
    const more = made.filter((line) => !wanted.includes(line))
    if (lost.length + more.length === 0) found.push(`${property}: another order`)
    for (const line of lost) found.push(`- ${property}: ${line}`)
    for (const line of more) found.push(`+ ${property}: ${line}`)
  }
  return found
}

const DEGREES: Readonly<Record<string, string>> = {
  'to top': '0deg',
  'to right': '90deg',
  'to bottom': '180deg',
  'to left': '270deg',
}

/** Runs in the page. */
function cascade(css: string): Cascade {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  // In a spelling that depends on the meaning alone.
  const probe = document.createElement('div')
  probe.style.display = 'none'
  document.documentElement.append(probe)
  const computed = new Map<string, string>()
  const meaning = (property: string, value: string): string => {
    const key = `${property}:${value}`
    const known = computed.get(key)
    if (known !== undefined) return known
    probe.style.cssText = 'display:none'
    probe.style.setProperty(property, value)
    const made = getComputedStyle(probe).getPropertyValue(property) || value
    computed.set(key, made)
    return made
  }
  const winners = new Map<string, Map<string, string>>()
  const put = (property: string, who: string, value: string, important: boolean): void => {
    const of = winners.get(property) ?? new Map<string, string>()
    winners.set(property, of)
    // Set again, so that it stands where it wins.
    if (!important && of.get(who)?.endsWith('!')) return
    of.delete(who)
    of.set(who, important ? `${value} !` : value)
  }
  const pending = (style: CSSStyleDeclaration): string =>
    (style.cssText.match(/[\w-]+: [^;]*var\([^;]*/g) ?? []).join('; ')
  const declare = (style: CSSStyleDeclaration, whose: readonly string[]): void => {
    for (const property of style) {
      const value = style.getPropertyValue(property)
      const important = style.getPropertyPriority(property) !== ''
      // A shorthand with `var()` has no longhands yet.
      const text = value === '' ? pending(style) : meaning(property, value)
      for (const who of whose) put(property, who, text, important)
    }
  }
  const split = (list: string): string[] => list.split(/,(?![^([]*[)\]])/).map((one) => one.trim())
  const visit = (rules: CSSRuleList, context: string): void => {
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule) {
        const whose = split(rule.selectorText).map(
          (one) => `${context}${one.replaceAll(':nth-child(1)', ':first-child')}`,
        )
        declare(rule.style, whose)
        for (const one of whose) visit(rule.cssRules, `${one} { `)
      } else if (rule instanceof CSSKeyframesRule) {
        for (const frame of rule.cssRules as unknown as CSSKeyframeRule[]) {
          declare(
            frame.style,
            split(frame.keyText).map((key) => `${context}@keyframes ${rule.name} ${key}`),
          )
        }
      } else if ('conditionText' in rule || rule.constructor.name === 'CSSLayerBlockRule') {
        const head = rule.cssText
          .slice(0, rule.cssText.indexOf('{'))
          .replaceAll(': ', ':')
          .replaceAll(/:0px\b/g, ':0')
        visit((rule as CSSGroupingRule).cssRules, `${context}${head}{ `)
      } else if (rule instanceof CSSFontFaceRule) {
        put(
          '@font-face',
          rule.cssText
            .replace('font-weight: normal', 'font-weight: 400')
            .replace('font-weight: bold', 'font-weight: 700'),
          '',
          false,
        )
      } else {
        put('@', `${context}${rule.cssText}`, '', false)
      }
    }
  }
  visit(sheet.cssRules, '')
  return Object.fromEntries(
    [...winners].map(([property, of]) => [
      property,
      [...of].map(([who, value]) => `${who} { ${value}`),
    ]),
  )
}

/**
 * Declarations that a browser of today does not need and that older ones do: those that Chromium does not support, those with a vendor's
 * prefix (by name only), and the first of several values for a property. By rule, in spelling that minifiers do not change.
 */
export async function forOldBrowsers(page: Page, css: string): Promise<Set<string>> {
  const found: Found[] = []
  visit(parse(css), [], found)
  const supported = await page.evaluate(
    (list) => list.map(([name = '', value = '']) => CSS.supports(name, value)),
    found.map(({ node }) => [node.name, node.value.replace(/!\s*important$/i, '')]),
  )
  const relevant = found.flatMap(({ where, node, repeated }, index) => {
    const prefixed = /^-\w+-/.test(node.name)
    if (node.name.startsWith('--') || !(prefixed || repeated || !supported[index])) return []
    return [{ where, text: prefixed ? node.name : spelling(node) }]
  })
  const preludes = [...new Set(relevant.flatMap(({ where }) => where))]
  const canonical = new Map(
    await page.evaluate((list) => {
      const sheet = new CSSStyleSheet()
      return list.map((prelude): [string, string] => {
        sheet.replaceSync(`${prelude} {}`)
        const text = sheet.cssRules[0]?.cssText.replace(/\s*\{\s*\}\s*$/, '')
        return [prelude, text ?? prelude]
      })
    }, preludes),
  )
  return new Set(
    relevant.map(({ where, text }) =>
      [...where.map((prelude) => canonical.get(prelude)), text].join(' { '),
    ),
  )
}

interface Found {
  readonly where: readonly string[]
  readonly node: Declaration
  readonly repeated: boolean
}

function visit(nodes: readonly Node[], where: readonly string[], found: Found[]): void {
  for (const [index, node] of nodes.entries()) {
    if (node.kind === 'rule') {
      if (node.prelude.startsWith('@font-face')) continue
      const prelude = node.prelude
        .replaceAll(/\/\*[^]*?\*\//g, '')
        .replaceAll(/\s+/g, ' ')
        .replace(/^0%$/, 'from')
        .replace(/^100%$/, 'to')
      const parts = prelude.startsWith('@') ? [prelude] : prelude.split(/,(?![^([]*[)\]])/)
      for (const part of parts) visit(node.body, [...where, part.trim()], found)
    } else if (node.kind === 'declaration') {
      const text = spelling(node)
      const later = nodes
        .slice(index + 1)
        .flatMap((other) =>
          other.kind === 'declaration' && other.name === node.name ? spelling(other) : [],
        )
      const important = text.endsWith('!important')
      const repeated =
        !later.includes(text) &&
        later.some((other) => other.endsWith('!important') === important && !other.endsWith('\\9'))
      found.push({ where, node, repeated })
    }
  }
}

function spelling(node: Declaration): string {
  return declaration(node)
    .toLowerCase()
    .replaceAll(/\s+/g, '')
    .replaceAll("'", '"')
    .replaceAll(/(?<!\d)0(?=\.\d)/g, '')
    .replaceAll(/(?<![\d.\w#-])0(?:px|em|pt|%)(?![\w-])/g, '0')
}
