import { doubtMeanings } from '../suite/doubt.js'
import { judge } from '../suite/goals.js'
import { type MetricName, metrics } from '../suite/metric.js'
import { type Results, type ScenarioRecord } from '../suite/results.js'
import { Summary } from '../suite/summary.js'
import { type Cell, cellOf, columnsOf, type Row, rowsOf } from './cell.js'
import { isOurs } from './charts/labels.js'
import { type Picture } from './charts/picture.js'
import { picturesOf } from './charts/pictures.js'
import { doubtsByKind } from './doubts.js'
import { Html, html } from './html.js'
import { style } from './style.js'

/** The report: one HTML file that needs nothing else, no script and no network. */
export function page(results: Results): string {
  const { environment, scenarios, subjects, measurements, plan } = results
  const summary = new Summary(measurements, plan.seed)
  const pictures = picturesOf(results)
  const date = (environment['date'] ?? '').slice(0, 10)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Benchmark, ${date}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <h1>Benchmark, ${date}</h1>
        <p>${countOf(results)}</p>
        <p>
          Every number is the median of its rounds; in brackets stands where that median probably lies (95 %,
          by bootstrap). <em>1.40×</em> is the ratio to the <em>floor</em>, a server on
          <code>node:net</code> that answers without parsing: ratios carry over to other machines, nanoseconds
          don’t. What is <s>crossed out</s> is not to be believed; why stands below its table.
        </p>
        <nav>
          <a href="#charts">Charts</a>
          ${scenarios.map(({ name }) => html`<a href="#${name}">${name}</a> `)}
          <a href="#subjects">Subjects</a>
          <a href="#environment">Environment</a>
        </nav>
        <h2 id="charts">Charts</h2>
        ${pictures.length === 0 ? html`<p>There are no numbers to draw.</p>` : pictures.map(figureOf)}
        <h2>Numbers</h2>
        ${scenarios.map((scenario) => scenarioSection(scenario, results, summary))}
        ${goalSection(results, summary)}
        <h2 id="subjects">Subjects</h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>subject</th>
                <th>version</th>
                <th></th>
              </tr>
            </thead>
            <tbody>
              ${subjects.map(
                ({ name, version, about, install }) =>
                  html`<tr ${new Html(isOurs(name) ? 'class="ours"' : '')}>
                    <th>${name}</th>
                    <td>${version ?? 'not installed'}</td>
                    <td class="words">
                      <div>${version === null ? `${about}. To install it: ${install}` : about}</div>
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        <h2 id="environment">Environment</h2>
        <dl>
          ${Object.entries(environment).map(
            ([name, value]) =>
              html`<dt>${name}</dt>
                <dd>${name === 'command' ? html`<code>${value}</code>` : value}</dd>`,
          )}
        </dl>
      </body>
    </html> `.text
}

function countOf({ measurements, environment }: Results): Html {
  const failed = measurements.filter(({ failure }) => failure !== undefined).length
  const doubted = measurements.filter(({ doubts }) => doubts.some(({ spoils }) => spoils === 'all')).length
  const bad = [
    ...(doubted > 0 ? [`${doubted} of them INVALID`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ]
  const all = html`${measurements.length} measurements`
  const rest = html` on ${environment['cpu'] ?? 'an unknown machine'}, Node.js
  ${environment['node of the subjects'] ?? ''}.`
  return bad.length === 0
    ? html`${all}, all of them valid,${rest}`
    : html`${all}, <b class="invalid">${bad.join(', ')}</b>,${rest}`
}

function figureOf({ title, caption, wide, narrow }: Picture): Html {
  const withClass = (svg: string, name: string): Html =>
    new Html(svg.replace('<svg ', `<svg class="${name}" `))
  return html`<figure>
    <figcaption><strong>${title}</strong>${caption}</figcaption>
    ${withClass(wide, 'wide')} ${withClass(narrow, 'narrow')}
  </figure>`
}

function scenarioSection(scenario: ScenarioRecord, { subjects }: Results, summary: Summary): Html {
  const rows = rowsOf(scenario, subjects, summary)
  const columns = columnsOf(rows)
  const shape = [
    scenario.connections > 0 ? `${scenario.connections.toLocaleString('en-US')} connections` : '',
    scenario.depth > 1 ? `${scenario.depth} requests in one go` : '',
  ].filter((part) => part !== '' && !scenario.about.includes(part))
  return html`<h3 id="${scenario.name}">${scenario.name}</h3>
    <p>${[scenario.about, ...shape].join('; ')}.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>subject</th>
            ${columns.map((metric) => html`<th${minor(metric)}>${metrics[metric].title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr ${new Html(isOurs(row.subject.name) ? 'class="ours"' : '')}>
                <th>${row.subject.name}</th>
                ${
                  row.instead === undefined
                    ? columns.map(
                        (metric) =>
                          html`<td${minor(metric)}>${cell(cellOf(metric, row.figures[metric], summary))}</td>`,
                      )
                    : html`<td class="words" colspan="${Math.max(1, columns.length)}">
                        <div>${row.instead}</div>
                      </td>`
                }
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${doubtList(scenario, rows, summary)}`
}

/** Paper is too narrow for all columns. */
const minor = (metric: MetricName): Html => new Html(metrics[metric].isMinor ? ' class="minor"' : '')

function cell({ value, ratio, interval, isInvalid }: Cell): Html {
  const said = html`${value}${ratio === '' ? '' : html` <small>${ratio}</small>`}${
    interval === '' ? '' : html` <small>${interval}</small>`
  }`
  return isInvalid ? html`<s>${said}</s>` : said
}

function doubtList({ name }: ScenarioRecord, rows: readonly Row[], summary: Summary): Html {
  const subjects = rows.map(({ subject }) => subject.name)
  const found = [...doubtsByKind(name, subjects, summary)]
  if (found.length === 0) return html``
  return html`<ul class="notes">
    ${found.map(([code, whom]) => html`<li><b>INVALID</b>, ${doubtMeanings[code]}: ${whom}</li>`)}
  </ul>`
}

function goalSection({ scenarios }: Results, summary: Summary): Html {
  const verdicts = judge(
    summary,
    scenarios.map(({ name }) => name),
  )
  if (verdicts.every(({ verdict }) => verdict === 'not measured')) return html``
  return html`<h2>Goals</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>scenario</th>
            <th>goal for calandria</th>
            <th>measured</th>
            <th>verdict</th>
          </tr>
        </thead>
        <tbody>
          ${verdicts.map(
            ({ scenario, goal, measured, verdict }) =>
              html`<tr>
                <th>${scenario}</th>
                <td>${goal}</td>
                <td>${measured}</td>
                <td class="${verdict === 'NOT met' ? 'missed' : 'met'}">${verdict}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`
}
