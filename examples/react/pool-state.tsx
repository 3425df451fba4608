// A component that shows the state of a pool: `useSelector` of @xstate/react renders it again whenever that state changes.

// #region component
import { useSelector } from '@xstate/react'
import type { PoolActorRef } from 'statepool'

export function PoolState({ actor }: { actor: PoolActorRef }) {
  const state = useSelector(actor, snapshot => String(snapshot.value))
  return <span>{state}</span>
}
// #endregion
