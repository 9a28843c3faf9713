"""What is done in Redis in one step, as scripts that Redis runs whole or not at all.

A transaction of plain commands would do for writing, but not for a range: which fields to read or to remove
depends on which there are. KEYS[1] is the hash of a first component, its fields are the rest of the key.
"""

# Fields at or below ARGV[1]; the empty one means all.
_BELOW = """
local function below(field)
  return ARGV[1] == '' or field == ARGV[1] or string.sub(field, 1, #ARGV[1] + 1) == ARGV[1] .. '/'
end
local found = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if below(field) then found[#found + 1] = field end
end
"""

SAVE = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
"""
"""Field, data, channel, message."""

CREATE = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('PUBLISH', ARGV[3], ARGV[4])
end
return redis.call('HGET', KEYS[1], ARGV[1])
"""
"""Field, data, channel, message; returns what is there now."""

REMOVE = """
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 1
"""
"""Field, channel, message."""

REMOVE_RANGE = (
    _BELOW
    + """
for _, field in ipairs(found) do redis.call('HDEL', KEYS[1], field) end
if #found > 0 then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return #found
"""
)
"""Range, channel, message."""

READ = (
    _BELOW
    + """
local entries = {}
for _, field in ipairs(found) do
  entries[#entries + 1] = field
  entries[#entries + 1] = redis.call(ARGV[2], KEYS[1], field)
end
return entries
"""
)
"""Range, and what to ask of each field: HGET or HSTRLEN. Returns fields and answers by turns."""
