// The classes that the pool takes from RxJS's own files are those that applications import from `rxjs`.

import * as rxjs from 'rxjs'
import { expect, it } from 'vitest'
import * as own from '../../src/actors/rx.js'

it('what `events$` is made of, is the application’s own Observable, Subject, Subscriber and Subscription', () => {
  const { Observable, Subject, Subscriber, Subscription } = rxjs
  expect({ ...own }).toEqual({ Observable, Subject, Subscriber, Subscription })
})
