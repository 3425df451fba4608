import { expect, it } from 'vitest'
import { Findings } from '../../src/inspector/page/model/findings.js'
import type { Diagnosis, Finding } from '../../src/inspector/protocol.js'

const finding = (kind: Finding['kind'], level: Finding['level'], connection?: string): Finding => ({
  kind,
  level,
  title: `${kind} ${level}`,
  text: '',
  since: null,
  ...(connection === undefined ? undefined : { connection }),
})
const found = (...findings: Finding[]): Diagnosis => ({ level: 'ok', findings })
const titles = ({ level, findings }: Diagnosis): string[] => [level, ...findings.map(({ title }) => title)]

it('what was found a moment ago is still shown, and goes when it stays away', () => {
  const findings = new Findings()
  findings.settle(0, found(finding('exhausted', 'degraded')))
  expect(titles(findings.settle(1900, found()))).toEqual(['degraded', 'exhausted degraded'])
  expect(titles(findings.settle(2000, found()))).toEqual(['ok'])
})

it('the worst comes first, and of equal ones the first that was found', () => {
  const findings = new Findings()
  findings.settle(0, found(finding('leaked', 'degraded', 'connection-1'), finding('exhausted', 'degraded')))
  expect(
    titles(findings.settle(250, found(finding('exhausted', 'degraded'), finding('database down', 'down')))),
  ).toEqual(['down', 'database down down', 'leaked degraded', 'exhausted degraded'])
})

it('a finding does not become milder for a moment, and does when it stays milder', () => {
  const findings = new Findings()
  findings.settle(0, found(finding('exhausted', 'down')))
  expect(titles(findings.settle(250, found(finding('exhausted', 'note'))))).toEqual([
    'down',
    'exhausted down',
  ])
  expect(titles(findings.settle(2250, found(finding('exhausted', 'note'))))).toEqual(['ok', 'exhausted note'])
})

it('a finding becomes worse at once', () => {
  const findings = new Findings()
  findings.settle(0, found(finding('exhausted', 'note')))
  expect(titles(findings.settle(250, found(finding('exhausted', 'down'))))).toEqual([
    'down',
    'exhausted down',
  ])
})

it('each leak is a finding of its own', () => {
  const findings = new Findings()
  const leaks = found(
    finding('leaked', 'degraded', 'connection-1'),
    finding('leaked', 'degraded', 'connection-2'),
  )
  expect(findings.settle(0, leaks).findings).toHaveLength(2)
})

it('that all are leased is one matter, whichever connection is held longest', () => {
  const findings = new Findings()
  findings.settle(0, found(finding('exhausted', 'degraded', 'connection-1')))
  expect(titles(findings.settle(250, found(finding('exhausted', 'degraded', 'connection-2'))))).toEqual([
    'degraded',
    'exhausted degraded',
  ])
})
