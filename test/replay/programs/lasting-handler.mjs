// Holds its process open, as a pool of connections does.
setInterval(() => undefined, 1000)

export default (_request, response) => response.send('something else')
