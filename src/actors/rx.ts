// The classes of RxJS that the pool is built on, each from its own file: they are the same ones that `rxjs` exports, which loads ten times as much.
export { Observable } from 'rxjs/internal/Observable'
export { Subject } from 'rxjs/internal/Subject'
export { Subscriber } from 'rxjs/internal/Subscriber'
export { Subscription } from 'rxjs/internal/Subscription'
