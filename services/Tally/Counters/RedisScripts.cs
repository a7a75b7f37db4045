using Tally.State;

namespace Tally.Counters;

/// <summary>What has to happen in Redis in one step.</summary>
internal static class RedisScripts
{
    /// <summary>
    /// Takes each state if it is newer (the rule of <see cref="TotalsOrder"/>) and announces those taken. Compare and write are one step,
    /// so a state can come from several replicas at once, and be sent again after a failure of which nobody knows whether it was one. INCR
    /// could not. KEYS: counters. ARGV: channel, trace of who writes ('' for none), epoch, then tool, version, ship, skip, at and what
    /// stands apart of each. A trace is announced as a last line of its own.
    /// </summary>
    public const string Take = """
        local tools = {}
        for i = 4, #ARGV, 6 do tools[#tools + 1] = ARGV[i] end
        local epoch = tonumber(redis.call('HGET', KEYS[1], ':epoch') or '0') or 0
        if #tools == 0 or tonumber(ARGV[3]) < epoch then return 0 end
        if tonumber(ARGV[3]) > epoch then
          redis.call('DEL', KEYS[1])
          redis.call('HSET', KEYS[1], ':epoch', ARGV[3])
        end
        local kept = redis.call('HMGET', KEYS[1], unpack(tools))
        local moved, fields = {}, {}
        for n = 1, #tools do
          local i = 4 + (n - 1) * 6
          local newer = true
          if kept[n] then
            local version, at = string.match(kept[n], '^(%d+) %d+ %d+ (%d+)$')
            if version and #version <= 16 then
              local old, new = tonumber(version), tonumber(ARGV[i + 1])
              newer = new > old or (new == old and at == '0' and ARGV[i + 4] ~= '0')
            end
          end
          if newer then
            local state = table.concat(ARGV, ' ', i + 1, i + 4)
            fields[#fields + 1] = ARGV[i]
            fields[#fields + 1] = state
            fields[#fields + 1] = ARGV[i] .. ':apart'
            fields[#fields + 1] = ARGV[i + 5]
            moved[#moved + 1] = ARGV[i] .. ' ' .. state
            moved[#moved + 1] = ARGV[i] .. ':apart ' .. ARGV[i + 5]
          end
        end
        if #moved > 0 then
          redis.call('HSET', KEYS[1], unpack(fields))
          moved[#moved + 1] = 'epoch ' .. ARGV[3]
          if ARGV[2] ~= '' then moved[#moved + 1] = 'trace ' .. ARGV[2] end
          redis.call('PUBLISH', ARGV[1], table.concat(moved, '\n'))
        end
        return #fields / 4
        """;

    /// <summary>
    /// Writes the ledger's own word over what is kept, and empties what is kept under another epoch. KEYS: counters. ARGV: epoch, then
    /// tool, version, ship, skip, at and what stands apart of each.
    /// </summary>
    public const string Overrule = """
        if (redis.call('HGET', KEYS[1], ':epoch') or '0') ~= ARGV[1] then
          redis.call('DEL', KEYS[1])
          redis.call('HSET', KEYS[1], ':epoch', ARGV[1])
        end
        for i = 2, #ARGV, 6 do
          redis.call('HSET', KEYS[1], ARGV[i], table.concat(ARGV, ' ', i + 1, i + 4), ARGV[i] .. ':apart', ARGV[i + 5])
        end
        return 1
        """;

    /// <summary>
    /// Removes what is not of the type it must be. Without its running counts the whole history is counted again, over what is there.
    /// KEYS: counters, running, then histories. Answers how many keys were removed for their type.
    /// </summary>
    public const string RemoveForeign = """
        local removed = 0
        local function remove(key, kind)
          local found = redis.call('TYPE', key).ok
          if found == kind or found == 'none' then return false end
          redis.call('UNLINK', key)
          removed = removed + 1
          return true
        end
        remove(KEYS[1], 'hash')
        remove(KEYS[2], 'hash')
        for k = 3, #KEYS do
          if remove(KEYS[k], 'zset') then redis.call('UNLINK', KEYS[2]) end
        end
        return removed
        """;

    /// <summary>Begins the history again. KEYS: running, then every history. ARGV: epoch.</summary>
    public const string ResetHistory = """
        for k = 1, #KEYS do redis.call('UNLINK', KEYS[k]) end
        if ARGV[1] ~= '0' then redis.call('HSET', KEYS[1], ':epoch', ARGV[1]) end
        return 1
        """;

    /// <summary>
    /// Writes a page of history if the cursor still stands where the page began, and moves it.
    /// KEYS: running, then one history each. ARGV: epoch (0 unknown), expected, next, number of tools, (tool, running) of each, then per
    /// history:
    /// seconds kept (0 forever), number of points, (end, ship, skip) of each, oldest first.
    /// </summary>
    public const string WriteHistory = """
        -- Before anything is written: what a script wrote stays when it fails.
        for k = 2, #KEYS do redis.call('ZCARD', KEYS[k]) end
        if (redis.call('HGET', KEYS[1], ':cursor') or '0') ~= ARGV[2] then return 0 end
        local epoch = redis.call('HGET', KEYS[1], ':epoch') or '0'
        if epoch ~= ARGV[1] and epoch ~= '0' and ARGV[1] ~= '0' then return 0 end
        if ARGV[1] ~= '0' then redis.call('HSET', KEYS[1], ':epoch', ARGV[1]) end
        redis.call('HSET', KEYS[1], ':cursor', ARGV[3])
        local at = 5
        for _ = 1, tonumber(ARGV[4]) do
          redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
          at = at + 2
        end
        for k = 2, #KEYS do
          local keep, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
          at = at + 2
          local last
          for _ = 1, count do
            last = ARGV[at]
            redis.call('ZREMRANGEBYSCORE', KEYS[k], last, last)
            redis.call('ZADD', KEYS[k], last, last .. ' ' .. ARGV[at + 1] .. ' ' .. ARGV[at + 2])
            at = at + 3
          end
          if keep > 0 then
            local oldest = tonumber(last) - keep
            redis.call('ZREMRANGEBYSCORE', KEYS[k], '-inf', '(' .. string.format('%d', oldest))
            redis.call('EXPIREAT', KEYS[k], string.format('%d', tonumber(last) + keep))
          end
        end
        return 1
        """;
}
