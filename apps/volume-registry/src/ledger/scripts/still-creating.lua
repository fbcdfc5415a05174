--! include: drain

-- True if the agent has not confirmed the volume yet; a destroy may wait for it all the same.

return function(it)
  return it.state == 'creating' or it.state == 'draining' and not drain.read(it.drain).made
end
