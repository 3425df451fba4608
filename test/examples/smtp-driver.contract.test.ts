// The SMTP driver of the guide keeps the contract that every driver keeps: a mail that was begun is its open transaction.

import { driverContract } from 'statepool/testing'
import { afterAll, describe, it } from 'vitest'
import { patience } from '../support/patience.js'
import { smtpUnderTest } from './smtp-under-test.js'

// #region contract
describe('the SMTP driver', () => {
  const contract = driverContract(smtpUnderTest, { transactions: false, patience })
  for (const { name, run } of contract.cases) it(name, run)
  afterAll(contract.stop)
})
// #endregion
