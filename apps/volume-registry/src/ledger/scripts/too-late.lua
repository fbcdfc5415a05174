-- True if the caller no longer waits (`deadline_ms`, by this server's clock). It has then refused already: a call that was held up
-- on its way, or by a server that stood still, must not change anything afterwards.

return function()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) > tonumber(arg.deadline_ms)
end
