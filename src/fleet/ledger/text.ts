// A fleet's ledger as text, for engines that keep it as one value, and whose server says when that was written.
import { add, type Entry, type Ledger, newLedger } from './ledger.js'

/** `[epoch, settledAt, when it was written as its writer knew it, who reported then, the entries]`. */
type Text = [number, number, number, string[], Line[]]
type Line = [id: string, ...Fields]
type Fields = [number, number, number, number, number, number, number, number]

/** A ledger that is being begun: its epoch is when the server wrote it. */
export const beginning = JSON.stringify([0, 0, 0, [], []] satisfies Text)

/**
 * @param now the time that the reports were judged by
 * @param reported whose reports are in it for the first time
 */
export function textOf({ epoch, settledAt, entries }: Ledger, now: number, reported: string[]): string {
  const lines = [...entries].map(
    ([id, { held, min, need, since, grantedAt, target, report, expiresAt }]): Line => [
      ...([id, held, min, need, since, grantedAt, target, report, expiresAt] satisfies Line),
    ],
  )
  return JSON.stringify([epoch, settledAt, now, reported, lines] satisfies Text)
}

/**
 * The ledger, and the latest time that the server is known to have had: when it wrote this. Its writer knew only of a time before, so what was reported then
 * counts from now on; else a pool would count as gone too early.
 */
export function ledgerIn(text: string, writtenAt: number): { ledger: Ledger; now: number } {
  const [epoch, settledAt, judgedAt, reported, lines] = JSON.parse(text) as Text
  const now = Math.max(judgedAt, writtenAt) // of two servers, the clock of one may be behind
  const fresh = new Set(reported)
  const ledger = newLedger(epoch || now)
  ledger.settledAt = settledAt
  const timeOf = (time: number): number => (time === judgedAt ? now : time)
  for (const [id, held, min, need, since, grantedAt, target, report, expiresAt] of lines) {
    const entry: Entry = { held, min, need, since, grantedAt, target, report, expiresAt }
    const dated = {
      ...entry,
      since: timeOf(since),
      grantedAt: timeOf(grantedAt),
      expiresAt: expiresAt + now - judgedAt,
    }
    add(ledger, id, fresh.has(id) ? dated : entry)
  }
  return { ledger, now }
}
