import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { replies } from '../suite/act.js'
import { inPeers, versionSaid } from './installed.js'
import { type Place, type Subject } from './subject.js'

/** Servers that are configured and not programmed: what they answer lies in files, or stands in their configuration. */
const configured = {
  acts: ['hello', 'kilobyte', 'tenKilobytes', 'json'],
  because: 'it is configured, and runs no handlers',
} as const satisfies Partial<Subject>

const replyOf = (act: Place['act']) => replies[act as (typeof configured.acts)[number]]

function configuration({ directory }: Place, text: string): string {
  const path = join(directory, 'server.conf')
  writeFileSync(path, text)
  return path
}

/** The answer as a file. */
function answerFile({ act, directory }: Place): string {
  const path = join(directory, 'index')
  writeFileSync(path, replyOf(act).body)
  return path
}

export const nginx: Subject = {
  ...configured,
  name: 'nginx',
  about: 'nginx, one worker; `return 200`, 10,000 bytes from a file',
  install: `${inPeers} debian (nginx)`,
  version: () => versionSaid('nginx', ['-v']),
  launch: (place) => {
    const { type, body } = replyOf(place.act)
    answerFile(place)
    const answer =
      place.act === 'tenKilobytes'
        ? `root ${place.directory}; try_files /index =404; sendfile on; open_file_cache max=10;`
        : `return 200 '${body}';`
    const text = `
      daemon off; master_process off; pid ${place.directory}/pid; error_log stderr error;
      worker_rlimit_nofile 20000;
      events { worker_connections 11000; }
      http {
        access_log off; keepalive_requests 1000000000; keepalive_timeout 120; types {} default_type ${type};
        client_body_temp_path ${place.directory}; proxy_temp_path ${place.directory};
        fastcgi_temp_path ${place.directory}; uwsgi_temp_path ${place.directory}; scgi_temp_path ${place.directory};
        server { listen 127.0.0.1:${place.port} backlog=4096; location / { ${answer} } }
      }`
    return { command: 'nginx', args: ['-e', 'stderr', '-c', configuration(place, text)] }
  },
}

export const h2o: Subject = {
  ...configured,
  name: 'h2o',
  about: 'h2o, one thread, answers from a file',
  install: `${inPeers} debian (h2o)`,
  version: () => versionSaid('h2o', ['-v']),
  launch: (place) => {
    const text = `
${process.getuid?.() === 0 ? 'user: root' : ''}
num-threads: 1
max-connections: 11000
listen: { host: 127.0.0.1, port: ${place.port} }
pid-file: ${place.directory}/pid
http1-request-timeout: 120
file.mime.setdefaulttype: ${replyOf(place.act).type}
hosts: { default: { paths: { /: { file.file: ${answerFile(place)} } } } }
`
    const path = configuration(place, text)
    return { command: 'h2o', args: ['-m', 'worker', '-c', path] }
  },
}

export const lighttpd: Subject = {
  ...configured,
  name: 'lighttpd',
  about: 'lighttpd, one worker, answers from a file',
  install: `${inPeers} debian (lighttpd)`,
  version: () => versionSaid('lighttpd', ['-v']),
  launch: (place) => {
    answerFile(place)
    const text = `
server.document-root = "${place.directory}"
server.bind = "127.0.0.1"
server.port = ${place.port}
server.max-fds = 20000
server.max-connections = 11000
server.listen-backlog = 4096
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 120
index-file.names = ( "index" )
mimetype.assign = ( "" => "${replyOf(place.act).type}" )
`
    return { command: 'lighttpd', args: ['-D', '-f', configuration(place, text)] }
  },
}

export const haproxy: Subject = {
  ...configured,
  name: 'haproxy',
  about: 'HAProxy, one thread, `http-request return`; it sends no Date',
  install: `${inPeers} debian (haproxy)`,
  version: () => versionSaid('haproxy', ['-v']),
  launch: (place) => {
    const text = `
global
  nbthread 1
  no strict-limits
  maxconn 11000
defaults
  mode http
  timeout client 120s
  timeout server 120s
  timeout connect 5s
  timeout http-keep-alive 120s
frontend answering
  bind 127.0.0.1:${place.port} backlog 4096
  http-request return status 200 content-type ${replyOf(place.act).type} file ${answerFile(place)}
`
    return { command: 'haproxy', args: ['-db', '-q', '-f', configuration(place, text)] }
  },
}
