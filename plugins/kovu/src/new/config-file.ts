import type { Surroundings } from './surroundings.ts'

/** The text of a starting `vite.config.ts`, every line explained. */
export function startingConfig({ build, domain, m4, oldLess }: Surroundings): string {
  const amd =
    build === undefined
      ? `      // AMD modules: the r.js build file, when there is one. A data-main in a template needs none:
      // requirejs: { build: 'build.js' },
`
      : `      // AMD modules, by the r.js build file as it is: \`kovu js\`.
      requirejs: { build: '${build}' },
`
  const less = oldLess
    ? `      // The sheets are older than less 4, which leaves \`10px / 2\` as it stands. This divides as lessc did.
      less: { lessVersion: '1.x' },
`
    : ''
  const settings = m4
    ? `
      // Settings of all programs come from m4/*.m4, found by itself: \`kovu settings\`.
`
    : ''
  return `import { defineConfig } from 'vite'
import { kovu } from 'kovu'

// This file is the whole configuration. \`npx kovu --list\` shows every target that it gives.
export default defineConfig({
  plugins: [
    kovu({
      // Django is asked where static files are, what STATIC_URL and STATIC_ROOT are: \`kovu static\`.
      django: { manage: 'manage.py' },
${less}${amd}${settings}
      // In development the site is https://www.${domain}:8443/, with HMR: \`kovu testserver\`.
      vhosts: {
        // Names below .localhost lead to this machine without an entry in /etc/hosts.
        domain: '${domain}',
        hosts: {
          // The host of static files is Vite itself.
          cdn: 'vite',
          // Every other host is Django, started and restarted by Kovu.
          '*': { target: 8000, run: 'python manage.py runserver 8000' },
        },
      },

      // Targets of your own stand in the same graph. With inputs, one runs only when they have changed:
      // targets: {
      //   messages: { before: 'static', run: 'python manage.py compilemessages', inputs: 'locale/**/*.po', outputs: 'locale/**/*.mo' },
      // },
    }),
  ],
})
`
}
