/** Types of imported templates that have no declaration of their own: add `@kovu/hulk-amd/client` to `types`. */

declare module '*.mustache' {
  import type { Template } from '@kovu/hulk-amd/runtime'

  const template: Template
  export { template as default, template as 'module.exports' }
}

declare module '*.hogan' {
  import type { Template } from '@kovu/hulk-amd/runtime'

  const template: Template
  export { template as default, template as 'module.exports' }
}

declare module '*?hogan-render' {
  import type { Template } from '@kovu/hulk-amd/runtime'

  const render: Template['render'] & { readonly template: Template }
  export { render as default, render as 'module.exports' }
}

declare module '*.mustache?raw' {
  const text: string
  export { text as default, text as 'module.exports' }
}

declare module '*.hogan?raw' {
  const text: string
  export { text as default, text as 'module.exports' }
}
