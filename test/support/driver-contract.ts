// What the pool relies on from every driver, as one suite: each driver's own test file runs it against its own database.

import { getEventListeners } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DriverUnderTest } from './driver-under-test.js'
import { socketsAtRest, socketsHeld } from './sockets.js'
import { describeTransactionContract } from './transaction-contract.js'
import { until } from './until.js'

/** Runs the contract. Unhandled rejections and `error` events need no assertion: vitest fails on each. */
export function describeDriverContract<C>(name: string, setUp: () => Promise<DriverUnderTest<C>>): void {
  describe(`${name} keeps the driver contract:`, () => {
    let subject: DriverUnderTest<C>
    let opened: C[] = []
    let sockets = 0
    const never = (): AbortSignal => new AbortController().signal

    const connect = async (onLost: (reason?: unknown) => void = () => {}): Promise<C> => {
      const connection = await subject.driver.connect({ signal: never(), onLost })
      opened.push(connection)
      return connection
    }
    /** Some databases show a connection only when it has been authenticated; hence a look at our own end, too. */
    const nothingLeft = async (): Promise<void> => {
      await until(async () => (await subject.countOnServer()) === 0, 'the server counts no connection')
      await until(() => socketsHeld() <= sockets, 'this process holds no socket more than before')
    }
    const reset = (connection: C): Promise<void> | undefined =>
      subject.driver.reset?.(connection, { signal: never() })

    beforeAll(async () => {
      subject = await setUp()
      sockets = await socketsAtRest()
    })
    afterEach(async () => {
      for (const connection of opened) subject.driver.destroy(connection)
      opened = []
      await nothingLeft()
    })
    afterAll(() => subject.stop())

    describe('connect', () => {
      it('opens a connection that works and that the server counts', async () => {
        const connection = await connect()
        await subject.succeed(connection)
        expect(await subject.countOnServer()).toBe(1)
      })

      it('rejects with the reason when its signal is aborted already, and opens nothing', async () => {
        const reason = new Error('too late')
        await expect(subject.driver.connect({ signal: AbortSignal.abort(reason), onLost() {} })).rejects.toBe(
          reason,
        )
        expect(await subject.countOnServer()).toBe(0)
      })

      it.each([0, 1, 2, 4, 8, 16])(
        'leaves nothing behind when aborted after %i turns of the loop',
        async turns => {
          const controller = new AbortController()
          const onLost = vi.fn()
          const outcome = subject.driver.connect({ signal: controller.signal, onLost }).then(
            connection => ({ connection }),
            (error: unknown) => ({ error }),
          )
          for (let i = 0; i < turns; i++) await new Promise(setImmediate)
          const reason = new Error('no longer wanted')
          controller.abort(reason)
          const settled = await outcome
          if ('connection' in settled) subject.driver.destroy(settled.connection)
          else expect(settled.error).toBe(reason)
          expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
          await nothingLeft()
          expect(onLost).not.toHaveBeenCalled()
        },
      )

      it('gives up a server that never answers when aborted, at once and without a trace', async () => {
        const hung = await subject.hung()
        try {
          const controller = new AbortController()
          const outcome = hung.driver.connect({ signal: controller.signal, onLost() {} })
          const rejection = expect(outcome).rejects.toThrow('deadline')
          await until(async () => (await hung.countOnServer()) === 1, 'the hung server has accepted')
          controller.abort(new Error('deadline'))
          await rejection
          await until(async () => (await hung.countOnServer()) === 0, 'the hung server counts no connection')
        } finally {
          await hung.stop()
        }
      })

      it('is done with its signal once it has connected', async () => {
        const controller = new AbortController()
        const onLost = vi.fn()
        const connection = await subject.driver.connect({ signal: controller.signal, onLost })
        opened.push(connection)
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
        controller.abort()
        await subject.succeed(connection)
        expect(onLost).not.toHaveBeenCalled()
      })
    })

    describe('validate', () => {
      it('resolves for a connection that works', async () => {
        await subject.driver.validate(await connect(), { signal: never() })
      })

      it('rejects for a connection that the server dropped', async () => {
        const connection = await connect()
        await subject.kill(connection)
        await expect(subject.driver.validate(connection, { signal: never() })).rejects.toThrow()
      })
    })

    describe('onLost', () => {
      it('is called exactly once, with a fatal reason, when the server drops an idle connection', async () => {
        const onLost = vi.fn()
        const connection = await connect(onLost)
        await subject.kill(connection)
        await until(() => onLost.mock.calls.length > 0, 'onLost is called')
        await nothingLeft()
        await new Promise(setImmediate)
        subject.driver.destroy(connection)
        await new Promise(setImmediate)
        expect(onLost).toHaveBeenCalledTimes(1)
        expect(subject.driver.isFatal?.(onLost.mock.calls[0]?.[0])).not.toBe(false)
      })

      it('is called exactly once when the server drops a busy connection, whose query rejects', async () => {
        const onLost = vi.fn()
        const connection = await connect(onLost)
        const query = subject.runForEver(connection).catch((error: unknown) => error)
        await subject.kill(connection)
        await until(() => onLost.mock.calls.length > 0, 'onLost is called')
        expect(await query).toBeInstanceOf(Error)
        expect(subject.driver.isFatal?.(await query)).not.toBe(false)
        await nothingLeft()
        await new Promise(setImmediate)
        expect(onLost).toHaveBeenCalledTimes(1)
      })

      it('is not called for connections that the pool closed or destroyed', async () => {
        const onLost = vi.fn()
        await subject.driver.close(await connect(onLost))
        subject.driver.destroy(await connect(onLost))
        await nothingLeft()
        await new Promise(setImmediate)
        expect(onLost).not.toHaveBeenCalled()
      })
    })

    describe('reset', () => {
      it('is not needed for a fresh connection, nor after statements that succeeded and failed', async () => {
        const connection = await connect()
        expect(subject.driver.needsReset?.(connection) ?? false).toBe(false)
        await subject.succeed(connection)
        expect(subject.driver.needsReset?.(connection) ?? false).toBe(false)
        await expect(subject.fail(connection)).rejects.toThrow()
        await subject.succeed(connection)
        expect(subject.driver.needsReset?.(connection) ?? false).toBe(false)
      })

      it('ends a transaction that was left open', async () => {
        const connection = await connect()
        await subject.begin(connection)
        expect(subject.driver.needsReset?.(connection)).not.toBe(false)
        await reset(connection)
        expect(await subject.inTransaction(connection)).toBe(false)
        expect(subject.driver.needsReset?.(connection) ?? false).toBe(false)
      })

      it('ends a transaction that was left open after an error', async () => {
        const connection = await connect()
        await subject.begin(connection)
        await expect(subject.fail(connection)).rejects.toThrow()
        expect(subject.driver.needsReset?.(connection)).not.toBe(false)
        await reset(connection)
        await subject.succeed(connection)
        expect(await subject.inTransaction(connection)).toBe(false)
      })

      it('rejects while a query is still running, so that the connection is not lent again', async () => {
        const connection = await connect()
        const query = subject.runForEver(connection).catch(() => {})
        expect(subject.driver.needsReset?.(connection)).not.toBe(false)
        await expect(reset(connection)).rejects.toThrow()
        subject.driver.destroy(connection)
        await query
      })

      it('rejects for a connection that the server dropped', async () => {
        const connection = await connect()
        await subject.begin(connection)
        await subject.kill(connection)
        await expect(reset(connection)).rejects.toThrow()
      })
    })

    describeTransactionContract(
      () => subject,
      () => connect(),
    )

    describe('close and destroy', () => {
      it('close settles only when the server no longer counts the connection', async () => {
        const connection = await connect()
        await subject.succeed(connection)
        await subject.driver.close(connection)
        expect(await subject.countOnServer()).toBe(0)
      })

      it('close settles for a connection that the server dropped', async () => {
        const connection = await connect()
        await subject.kill(connection)
        await subject.driver.close(connection)
        await nothingLeft()
      })

      it('destroy ends the connection, may be called again, and fails the query under way', async () => {
        const connection = await connect()
        const query = subject.runForEver(connection).then(
          () => 'succeeded',
          () => 'failed',
        )
        subject.driver.destroy(connection)
        subject.driver.destroy(connection)
        expect(await query).toBe('failed')
      })

      it('destroy cuts a close short, which then settles', async () => {
        const connection = await connect()
        const closing = subject.driver.close(connection)
        subject.driver.destroy(connection)
        await closing
        await nothingLeft()
      })

      it('a statement after either fails instead of hanging', async () => {
        const closed = await connect()
        await subject.driver.close(closed)
        await expect(subject.succeed(closed)).rejects.toThrow()
        const destroyed = await connect()
        subject.driver.destroy(destroyed)
        await expect(subject.succeed(destroyed)).rejects.toThrow()
      })

      it('ref and unref are harmless in every state', async () => {
        const connection = await connect()
        for (const end of [
          () => {},
          () => subject.kill(connection),
          () => subject.driver.destroy(connection),
        ]) {
          await end()
          subject.driver.unref?.(connection)
          subject.driver.ref?.(connection)
        }
      })
    })

    describe('what it says', () => {
      it('isFatal is false for an error of SQL and for what is no error', async () => {
        const error = await subject.fail(await connect()).catch((error: unknown) => error)
        for (const harmless of [error, undefined, null, 'text', {}, new Error('of the application')]) {
          expect(subject.driver.isFatal?.(harmless) ?? false).toBe(false)
        }
      })

      it('has a name, and describes itself without secrets', () => {
        expect(subject.driver.name).not.toBe('')
        const description = subject.driver.describe?.() ?? 'nothing'
        expect(description).not.toBe('')
        if (subject.secret) expect(description).not.toContain(subject.secret)
      })
    })
  })
}
