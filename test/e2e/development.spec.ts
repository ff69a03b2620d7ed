import { startDevelopment } from '../support/development.ts'
import { describeSite } from './site.ts'

describeSite('development with STATIC_URL on the cdn host', () => startDevelopment('cdn'))
describeSite('development with STATIC_URL as a path', () => startDevelopment('path'))
