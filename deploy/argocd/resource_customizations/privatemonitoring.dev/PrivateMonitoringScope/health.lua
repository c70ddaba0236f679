-- PrivateMonitoringScope follows kstatus: Ready, Reconciling and Stalled are there from the first status write, with
-- observedGeneration at the top and in each condition. Only core Lua: Argo CD runs this without the standard libraries.
local health = { status = "Progressing", message = "waiting for the operator" }
local deleting = obj.metadata.deletionTimestamp ~= nil
if not deleting and obj.spec ~= nil and obj.spec.suspend == true then
  return { status = "Suspended", message = "spec.suspend is true: Azure and DNS are left as they are" }
end
if obj.status == nil or obj.status.conditions == nil then
  return health
end
-- A deletion raises the generation by one and is no edit.
if not deleting and obj.status.observedGeneration ~= obj.metadata.generation then
  return health
end
local by = {}
for _, condition in ipairs(obj.status.conditions) do
  by[condition.type] = condition
end
local ready = by.Ready
if by.Stalled ~= nil and by.Stalled.status == "True" then
  return { status = "Degraded", message = by.Stalled.reason .. ": " .. by.Stalled.message }
end
if ready == nil then
  return health
end
if deleting then
  return { status = "Progressing", message = ready.message }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
-- spec.mode Plan: nothing is wrong, and nothing will be done until somebody edits the object.
if ready.reason == "PlanOnly" then
  return { status = "Suspended", message = ready.message }
end
-- A read that failed says nothing about what runs: the next look tells.
if ready.status == "Unknown" or (by.Reconciling ~= nil and by.Reconciling.status == "True") then
  return { status = "Progressing", message = ready.message }
end
return { status = "Degraded", message = ready.reason .. ": " .. ready.message }
