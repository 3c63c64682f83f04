import { engineOf, sharedLlhttp } from '../../../src/http/parser/llhttp/llhttp-engine.js'
import { llhttpAnswers } from './llhttp-answers.js'
import { describeRequestParser } from './request-parser-contract.js'

const engine = engineOf(await sharedLlhttp())

describeRequestParser('llhttp', (limits) => engine.requestParsers(limits)(), llhttpAnswers)
