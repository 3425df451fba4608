// What would have ended the process: promises rejected with nobody there to catch it, and errors thrown past everybody.

export interface CrashWatch {
  readonly crashes: readonly unknown[]
  stop(): void
}

export function watchCrashes(): CrashWatch {
  const crashes: unknown[] = []
  const note = (error: unknown): void => {
    crashes.push(error)
  }
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  return {
    crashes,
    stop() {
      process.off('unhandledRejection', note)
      process.off('uncaughtException', note)
    },
  }
}
