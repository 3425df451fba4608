// Cancels what the holder of a connection has asked for, by KILL QUERY over the helper's connection.

import type { EventEmitter } from 'node:events'
import { startDeadline } from '../../../core/deadline.js'
import type { KillHelper } from './kill.js'
import type { Session } from './session.js'

/** A server that has not read the statement yet does not show it: it is asked again, in ms after the time before. */
const pauses = [20, 100, 400, 500]

/**
 * Resolves when what the holder has asked for so far is over, and no KILL is on its way: one that finds no statement is without effect.
 * @throws Error when one may still arrive
 */
export async function cancelHeld(session: Session, helper: KillHelper, signal: AbortSignal): Promise<void> {
  const { core } = session
  const isOver = (): boolean => signal.aborted || !session.alive
  const through = session.answered + Number(Boolean(core._command)) + core._commands.length
  for (let trip = 0; session.answered < through && !isOver(); ) {
    const { target, answered } = session
    const runs = (): boolean => session.answered === answered && !isOver()
    const end = endOf(core._command)
    if (target.statement !== undefined) await helper.cancel(target, runs)
    if (runs()) await within(end, pauses[trip++] ?? 1_000)
    if (!runs()) trip = 0
  }
}

function endOf(command: unknown): Promise<void> {
  return new Promise(resolve => {
    ;(command as EventEmitter | null | undefined)?.once('end', resolve)
  })
}

function within(end: Promise<void>, time: number): Promise<void> {
  return new Promise(resolve => {
    const inTime = startDeadline(resolve, time)
    void end.then(() => {
      inTime()
      setImmediate(resolve) // mysql2 turns to the next command after this one's `end`
    })
  })
}
