-- The buttons of a PrivateMonitoringScope. Nothing is read again while it is suspended.
local suspended = obj.spec ~= nil and obj.spec.suspend == true
return {
  ["reconcile"] = { ["iconClass"] = "fa fa-fw fa-redo", ["disabled"] = suspended },
  ["suspend"] = { ["iconClass"] = "fa fa-fw fa-pause", ["disabled"] = suspended },
  ["resume"] = { ["iconClass"] = "fa fa-fw fa-play", ["disabled"] = not suspended },
}
