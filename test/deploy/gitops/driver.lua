-- lua5.1 driver.lua SCRIPT OBJECT KIND: runs the script as Argo CD does and prints what it returns as JSON. OBJECT is Lua
-- source that returns the object. The script sees the object and core functions; an action may also ask for the time.
local function quote(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end
local function json(value)
  if type(value) == "string" then return quote(value) end
  if type(value) ~= "table" then return tostring(value) end
  local parts = {}
  if #value > 0 then
    for _, item in ipairs(value) do parts[#parts + 1] = json(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, item in pairs(value) do parts[#parts + 1] = quote(tostring(key)) .. ":" .. json(item) end
  return "{" .. table.concat(parts, ",") .. "}"
end
local script = assert(loadfile(arg[1]))
local object = assert(loadstring(arg[2]))()
local os_of_actions = arg[3] == "action" and { date = os.date } or nil
setfenv(script, { obj = object, ipairs = ipairs, pairs = pairs, type = type, tostring = tostring, os = os_of_actions })
io.write(json(script()))
