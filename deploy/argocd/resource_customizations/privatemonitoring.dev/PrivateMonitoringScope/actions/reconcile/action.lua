-- Everything is read again now: spec is left alone. Argo CD lends the action `os.date`, and nothing else of `os`.
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["privatemonitoring.dev/requestedAt"] = os.date("!%Y-%m-%dT%XZ")
return obj
