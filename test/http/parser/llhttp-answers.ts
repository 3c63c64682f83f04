import type { OwnAnswers } from './request-parser-contract.js'

/** Where llhttp is stricter than RFC 9112, or sees another fault first on the same bytes. */
export const llhttpAnswers: OwnAnswers = {
  'white space around a length': {
    answer: 'CAL_ERR_HTTP_CONTENT_LENGTH',
    why: 'behind a length llhttp takes spaces, but no tab; RFC 9110 §5.6.3 allows both',
  },
}
