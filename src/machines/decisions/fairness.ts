// Whose turn it is among tenants: pure decisions of deficit round robin.
//
// After M. Shreedhar and G. Varghese, "Efficient Fair Queuing Using Deficit Round Robin", SIGCOMM 1995: in each round every tenant that has
// callers waiting is credited its weight, and spends 1 on each lease. A tenant whose credit is not enough for a lease would be visited in
// vain; it is put off to the round in which it will be, so that each decision costs the same however many tenants wait, also with weights below 1.

/** In how many rounds a tenant has its next turn, at least 1: when its credit is enough for a lease. */
export const roundsUntilTurn = (credit: number, weight: number): number =>
  Math.max(1, Math.ceil((1 - credit) / weight))
