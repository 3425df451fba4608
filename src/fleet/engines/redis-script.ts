// The ledger's step in Lua, for Redis: the same as `ledger/ledger.ts` with `decisions/shares.ts`, line by line where that can be. A test holds the two together.

/**
 * KEYS: the ledger's sums; its entries, by id; the ids, by when they expire.
 * ARGV: id, number of the report, keep, need, min, connections, ttl, floor, leaves (1 or 0).
 * Answers: epoch, held, target, min, taken, mins, nextExpiry.
 *
 * @param now what computes the time, in milliseconds
 */
export const scriptOf = (now: string): string => `
local sums, entries, expiries = KEYS[1], KEYS[2], KEYS[3]
local id = ARGV[1]
local number, keep, connections = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[6])
local ttl, floor, leaves = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9] == '1'
local now = ${now}
local max, min = math.max, math.min

local ledger = { held = 0, claimed = 0, mins = 0, spoken = 0, settledAt = 0 }
local known = redis.call('HMGET', sums, 'epoch', 'held', 'claimed', 'mins', 'spoken', 'settledAt')
if known[1] then
  ledger = { epoch = tonumber(known[1]), held = tonumber(known[2]), claimed = tonumber(known[3]),
    mins = tonumber(known[4]), spoken = tonumber(known[5]), settledAt = tonumber(known[6]) }
else
  redis.call('DEL', entries, expiries) -- a part that was lost is no ledger
  ledger.epoch = now
end

local fields = { 'held', 'min', 'need', 'since', 'grantedAt', 'target', 'report', 'expiresAt' }
local function read(text)
  local entry, field = {}, 1
  for value in string.gmatch(text, '%S+') do
    entry[fields[field]] = tonumber(value)
    field = field + 1
  end
  return entry
end
local function written(entry)
  local values = {}
  for place, field in ipairs(fields) do values[place] = string.format('%.0f', entry[field]) end
  return table.concat(values, ' ')
end
local function count(entry, times)
  ledger.held = ledger.held + times * entry.held
  ledger.claimed = ledger.claimed + times * max(entry.held, entry.need)
  ledger.mins = ledger.mins + times * entry.min
  ledger.spoken = ledger.spoken + times * max(entry.held, entry.min)
end
local function find(who)
  local text = redis.call('HGET', entries, who)
  return text and read(text)
end
local function add(who, entry)
  redis.call('HSET', entries, who, written(entry))
  redis.call('ZADD', expiries, string.format('%.0f', entry.expiresAt), who)
  count(entry, 1)
end
local function remove(who, entry)
  if not entry then return end
  redis.call('HDEL', entries, who)
  redis.call('ZREM', expiries, who)
  count(entry, -1)
end
local function answer(entry, target)
  redis.call('HSET', sums, 'epoch', string.format('%.0f', ledger.epoch), 'held', ledger.held, 'claimed', ledger.claimed,
    'mins', ledger.mins, 'spoken', ledger.spoken, 'settledAt', string.format('%.0f', ledger.settledAt))
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, string.format('%.0f', max(86400000, 10 * ttl))) end
  local oldest = redis.call('ZRANGE', expiries, 0, 0, 'WITHSCORES')[2]
  return { string.format('%.0f', ledger.epoch), entry.held, target, entry.min, ledger.held, ledger.mins,
    oldest and string.format('%.0f', oldest - now) or 'Infinity' }
end
local function settledTarget(entry)
  if ledger.claimed > connections then return entry.target end
  return max(entry.held, entry.need)
end

local function entitlements(claims)
  local rising, left = {}, connections
  for level = 0, connections do rising[level] = 0 end
  for _, claim in ipairs(claims) do
    left = left - claim.min
    local from, to = min(claim.min, connections), min(claim.need, connections)
    rising[from] = rising[from] + 1
    rising[to] = rising[to] - 1
  end
  local level, passed = 0, 0
  while level < connections do
    passed = passed + rising[level]
    if passed > left then break end
    left = left - passed
    level = level + 1
  end
  local entitled, next = {}, {}
  for index, claim in ipairs(claims) do
    entitled[index] = max(claim.min, min(claim.need, level))
    if claim.min <= level and claim.need > level then
      local one = { index = index, rank = 1, place = claim.since }
      if claim.held > level then
        one.rank = (level > 0 or now - claim.grantedAt < 1000) and 0 or 2
        one.place = -claim.grantedAt
      end
      next[#next + 1] = one
    end
  end
  table.sort(next, function(one, other)
    if one.rank ~= other.rank then return one.rank < other.rank end
    if one.place ~= other.place then return one.place < other.place end
    return one.index < other.index
  end)
  for place = 1, min(left, #next) do
    local index = next[place].index
    entitled[index] = entitled[index] + 1
  end
  return entitled
end
local function shares(claims)
  local entitled = entitlements(claims)
  local held, unmet, targets, rich = 0, 0, {}, {}
  for index, claim in ipairs(claims) do
    held = held + claim.held
    unmet = unmet + max(0, entitled[index] - claim.held)
    targets[index] = max(claim.held, entitled[index])
    local excess = claim.held - entitled[index]
    if excess > 0 then rich[#rich + 1] = { index = index, excess = excess } end
  end
  local missing = unmet - (connections - held)
  table.sort(rich, function(one, other)
    if one.excess ~= other.excess then return one.excess > other.excess end
    return one.index < other.index
  end)
  local round = 0
  while missing > 0 and rich[1] and rich[1].excess > round do
    for _, one in ipairs(rich) do
      if missing <= 0 or one.excess <= round then break end
      targets[one.index] = targets[one.index] - 1
      missing = missing - 1
    end
    round = round + 1
  end
  return targets
end
local function settle()
  ledger.settledAt = now
  local ids = redis.call('HKEYS', entries)
  table.sort(ids)
  if #ids == 0 then return end
  local claims = {}
  for place = 1, #ids, 500 do
    local texts = redis.call('HMGET', entries, unpack(ids, place, min(#ids, place + 499)))
    for _, text in ipairs(texts) do claims[#claims + 1] = read(text) end
  end
  -- Counted anew: a server that is short of memory may have dropped entries, and not the sums.
  ledger.held, ledger.claimed, ledger.mins, ledger.spoken = 0, 0, 0, 0
  for _, claim in ipairs(claims) do count(claim, 1) end
  for index, target in ipairs(shares(claims)) do
    if target ~= claims[index].target then
      claims[index].target = target
      redis.call('HSET', entries, ids[index], written(claims[index]))
    end
  end
end

for _, who in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', string.format('%.0f', now))) do
  remove(who, find(who))
  if redis.call('HLEN', entries) <= 1000 then ledger.settledAt = 0 end
end
local before = find(id)
if before and number <= before.report then return answer(before, settledTarget(before)) end
remove(id, before)
if leaves then
  return answer({ held = 0, min = 0 }, 0)
end
local kept = min(tonumber(ARGV[5]), max(0, connections - ledger.mins))
local need = max(tonumber(ARGV[4]), kept)
local entry = { held = keep, min = kept, need = need, since = 0, grantedAt = before and before.grantedAt or now,
  target = before and before.target or need, report = number, expiresAt = now + ttl }
if need > keep then
  entry.since = before and before.held == keep and before.since ~= 0 and before.since or now
end
add(id, entry)
local contended = ledger.claimed > connections
if contended and now - ledger.settledAt >= min(250, redis.call('HLEN', entries) / 2) then
  settle()
  entry = find(id)
end
local young = now < ledger.epoch + ttl
local most = young and floor or contended and entry.target or need
local granted = max(0, min(most - entry.held, connections - ledger.held, connections - ledger.spoken + max(0, kept - entry.held)))
if granted > 0 then
  remove(id, entry)
  entry.held = entry.held + granted
  entry.since = need > entry.held and now or 0
  entry.grantedAt = now
  add(id, entry)
end
return answer(entry, young and entry.held or settledTarget(entry))
`

/** By the server's own clock, in whole milliseconds: those who report have clocks of their own. */
export const redisScript = scriptOf(
  "(function() local time = redis.call('TIME') return time[1] * 1000 + math.floor(time[2] / 1000) end)()",
)
