import { describe, expect, it } from 'vitest'
import { TrustedPeers } from '../../src/io/trusted-peers.js'

describe('TrustedPeers', () => {
  const peers = new TrustedPeers(['127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', 'unix'])

  it.each([
    '127.0.0.1',
    '10.0.0.0',
    '10.255.255.255',
    '::1',
    '2001:db8:ffff::1',
    '::ffff:10.1.2.3',
    '::ffff:127.0.0.1',
  ])('trusts %s', (address) => {
    expect(peers.trusts(address)).toBe(true)
  })

  it.each(['127.0.0.2', '11.0.0.0', '9.255.255.255', '::2', '2001:db9::1', '::ffff:11.1.2.3', '::'])(
    'does not trust %s',
    (address) => {
      expect(peers.trusts(address)).toBe(false)
    },
  )

  it('knows whether Unix sockets are among them', () => {
    expect(peers.trustsUnix).toBe(true)
    expect(new TrustedPeers(['::1']).trustsUnix).toBe(false)
  })

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/08',
    '::1/129',
    'fe80::1%lo',
    '*',
    'Unix',
  ])('refuses %j', (name) => {
    expect(() => new TrustedPeers([name])).toThrow(expect.objectContaining({ code: 'CAL_ERR_OPTION' }))
  })
})
