const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** A header of version 2, as it is given: nothing is checked. */
export function version2(command: number, family: number, payload: Buffer, length = payload.length): Buffer {
  const fixed = Buffer.from([...SIGNATURE, command, family, length >> 8, length & 0xff])
  return Buffer.concat([fixed, payload])
}

const ports = Buffer.from([0x1f, 0x90, 0, 80])

export const tcp4 = (source: readonly number[], tlvs: Buffer = Buffer.alloc(0)): Buffer =>
  version2(0x21, 0x11, Buffer.concat([Buffer.from(source), Buffer.from([10, 0, 0, 1]), ports, tlvs]))

/** @param source 16 bytes in hexadecimal */
export const tcp6 = (source: string, tlvs: Buffer = Buffer.alloc(0)): Buffer =>
  version2(0x21, 0x21, Buffer.concat([Buffer.from(source, 'hex'), Buffer.alloc(16, 1), ports, tlvs]))

export const unixStream = (): Buffer => version2(0x21, 0x31, Buffer.alloc(216, 'x'))
export const local = (payload: Buffer = Buffer.alloc(0)): Buffer => version2(0x20, 0x00, payload)

/** A TLV of a type that we don't know. */
export function tlv(length: number): Buffer {
  return Buffer.concat([Buffer.from([0xe0, length >> 8, length & 0xff]), Buffer.alloc(length, 'v')])
}

/** Headers that are good, and the client that each names. */
export const GOOD: readonly (readonly [name: string, header: Buffer, client: string | null | undefined])[] = [
  ['v1 TCP4', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n'), '192.0.2.1'],
  [
    'v1 TCP4, extremes',
    Buffer.from('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n'),
    '255.255.255.255',
  ],
  ['v1 TCP4, port 0', Buffer.from('PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n'), '0.0.0.0'],
  ['v1 TCP6', Buffer.from('PROXY TCP6 2001:db8::1 ::1 56324 443\r\n'), '2001:db8::1'],
  ['v1 TCP6, written at length', Buffer.from('PROXY TCP6 2001:0DB8:0:0:0:0:0:1 ::1 1 2\r\n'), '2001:db8::1'],
  ['v1 UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n'), undefined],
  ['v1 UNKNOWN with more', Buffer.from('PROXY UNKNOWN ffff::1 what ever 1 2\r\n'), undefined],
  ['v1 of 107 bytes', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(107 - 16)}\r\n`), undefined],
  ['v2 TCP4', tcp4([192, 0, 2, 1]), '192.0.2.1'],
  ['v2 TCP4 with TLVs', tcp4([192, 0, 2, 1], Buffer.concat([tlv(0), tlv(300)])), '192.0.2.1'],
  ['v2 TCP6', tcp6('20010db8000000000000000000000001'), '2001:db8::1'],
  ['v2 TCP6, mapped', tcp6('00000000000000000000ffffc0000201'), '::ffff:192.0.2.1'],
  ['v2 TCP6 with TLVs', tcp6('00000000000000000000000000000001', tlv(5)), '::1'],
  ['v2 Unix', unixStream(), null],
  ['v2 LOCAL', local(), undefined],
  ['v2 LOCAL with what is to be ignored', local(Buffer.alloc(500, 7)), undefined],
  ['v2 LOCAL of a family', version2(0x20, 0x11, Buffer.alloc(12)), undefined],
  ['v2 unspecified', version2(0x21, 0x00, Buffer.alloc(0)), undefined],
  ['v2 of the most bytes', version2(0x21, 0x00, Buffer.alloc(4096)), undefined],
]

/** Headers that are not. */
export const WRONG: readonly (readonly [name: string, header: Buffer])[] = [
  ['a request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a TLS handshake', Buffer.from('\x16\x03\x01\x02\x00', 'latin1')],
  ['v1 in lower case', Buffer.from('proxy TCP4 192.0.2.1 10.0.0.1 1 2\r\n')],
  ['v1 without a family', Buffer.from('PROXY \r\n')],
  ['v1 of an unknown family', Buffer.from('PROXY TCP5 192.0.2.1 10.0.0.1 1 2\r\n')],
  ['v1 UNKNOWNS', Buffer.from('PROXY UNKNOWNS\r\n')],
  ['v1 with a bare LF', Buffer.from(`PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n${'x'.repeat(107)}`)],
  ['v1 UNKNOWN with a bare LF within', Buffer.from('PROXY UNKNOWN a\nb\r\n')],
  ['v1 UNKNOWN with a bare CR within', Buffer.from('PROXY UNKNOWN a\rb\r\n')],
  ['v1 with two spaces', Buffer.from('PROXY  TCP4 192.0.2.1 10.0.0.1 1 2\r\n')],
  ['v1 with a space at its end', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n')],
  ['v1 with a tab', Buffer.from('PROXY TCP4\t192.0.2.1 10.0.0.1 1 2\r\n')],
  ['v1 TCP4 with IPv6', Buffer.from('PROXY TCP4 ::1 ::1 1 2\r\n')],
  ['v1 TCP6 with IPv4', Buffer.from('PROXY TCP6 192.0.2.1 10.0.0.1 1 2\r\n')],
  ['v1 TCP6 with a zone', Buffer.from('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n')],
  ['v1 with a leading zero in the address', Buffer.from('PROXY TCP4 192.0.02.1 10.0.0.1 1 2\r\n')],
  ['v1 with three octets', Buffer.from('PROXY TCP4 192.0.2 10.0.0.1 1 2\r\n')],
  ['v1 with a wrong destination', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.256 1 2\r\n')],
  ['v1 with port 65536', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 1 65536\r\n')],
  ['v1 with a signed port', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 +1 2\r\n')],
  ['v1 with a leading zero in the port', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 01 2\r\n')],
  ['v1 without a port', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n')],
  ['v1 with three ports', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n')],
  ['v1 with a NUL', Buffer.from('PROXY TCP4 192.0.2.1\0 10.0.0.1 1 2\r\n')],
  ['v1 of 108 bytes', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(108 - 16)}\r\n`)],
  ['v1 without an end', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(200)}`)],
  ['v2 of version 1', version2(0x11, 0x11, Buffer.alloc(12))],
  ['v2 of version 3', version2(0x31, 0x11, Buffer.alloc(12))],
  ['v2 of an unknown command', version2(0x22, 0x11, Buffer.alloc(12))],
  ['v2 over UDP', version2(0x21, 0x12, Buffer.alloc(12))],
  ['v2 over UDP, IPv6', version2(0x21, 0x22, Buffer.alloc(36))],
  ['v2 of Unix datagrams', version2(0x21, 0x32, Buffer.alloc(216))],
  ['v2 of an unknown family', version2(0x21, 0x41, Buffer.alloc(216))],
  ['v2 of no family but streams', version2(0x21, 0x01, Buffer.alloc(12))],
  ['v2 TCP4 too short', version2(0x21, 0x11, Buffer.alloc(11))],
  ['v2 TCP6 too short', version2(0x21, 0x21, Buffer.alloc(35))],
  ['v2 Unix too short', version2(0x21, 0x31, Buffer.alloc(215))],
  ['v2 longer than the cap', version2(0x21, 0x11, Buffer.alloc(4097))],
  ['v2 longer than the cap, by its word alone', version2(0x20, 0x00, Buffer.alloc(0), 65_535)],
]
