// Opens an inspector, and ends without closing it.
import { inspector } from '../../../src/inspector/index.js'

await inspector([])
process.exit(3)
