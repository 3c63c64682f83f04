// Where threads are forbidden.
import { expectNoStall } from '../../../dist/index.js'

await expectNoStall(() => undefined).catch(({ code }) => console.log(code))
