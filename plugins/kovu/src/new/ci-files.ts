/**
 * A Jenkinsfile of one stage: everything else is in the graph, where it can be run by hand.
 *
 * @param folder The project's folder below the repository, or an empty string.
 */
export function jenkinsfile(folder: string): string {
  const step = "sh 'npm ci && npx kovu init && npx kovu ci'"
  const body = folder === '' ? step : `dir('${folder}') { ${step} }`
  return `// One stage: \`kovu ci\` is check, test, static, deb (built twice and compared), publish. Red stops all.
// BRANCH_NAME and BUILD_NUMBER come from Jenkins.
pipeline {
  agent any
  options { disableConcurrentBuilds(); timeout(time: 30, unit: 'MINUTES') }
  stages {
    stage('kovu ci') {
      steps { ${body} }
    }
  }
}
`
}

/** The same as a GitHub workflow. */
export function githubWorkflow(folder: string): string {
  const defaults =
    folder === '' ? '' : `    defaults: { run: { working-directory: '${folder}' } }\n`
  return `# One job: \`kovu ci\` is check, test, static, deb (built twice and compared), publish. Red stops all.
# GITHUB_REF_NAME and GITHUB_RUN_NUMBER come from GitHub. Nothing of an earlier run is kept: what is published was built anew.
name: kovu
on: [push, pull_request]
permissions: { contents: read }
jobs:
  ci:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${defaults}    steps:
      - uses: actions/checkout@v4
        with: { fetch-depth: 0, submodules: recursive }
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - uses: actions/setup-python@v5
        with: { python-version: '3.12' }
      - run: npm ci
      - run: npx kovu init
      - run: npx kovu ci
`
}
