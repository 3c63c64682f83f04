// A handler with a mistake: what it does a little later throws where nobody catches it.
export function options(reactor) {
  return {
    handler: (request, response) => {
      if (request.path === '/crash') {
        reactor.delay(2, () => {
          throw new Error(`the mistake, for ${request.headers.get('x-who')}`)
        })
      }
      response.send(request.path)
    },
  }
}
