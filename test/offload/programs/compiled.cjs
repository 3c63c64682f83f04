// What a compiler makes of `export default`.
Object.defineProperty(exports, '__esModule', { value: true })
exports.default = (value) => value * 2
