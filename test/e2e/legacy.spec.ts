import { startLegacy } from '../support/legacy.ts'
import { describeSite } from './site.ts'

describeSite('the legacy build with STATIC_URL on the cdn host', () => startLegacy('cdn'))
describeSite('the legacy build with STATIC_URL as a path', () => startLegacy('path'))
