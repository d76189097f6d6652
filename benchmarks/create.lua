-- Creations for wrk, each for another combination of client, component and category; see benchmarks/load.py.
local function number(name) return tonumber(os.getenv("BENCH_" .. name)) end

local clients, components = number("CLIENTS"), number("COMPONENTS")
local first_client, first_component = number("FIRST_CLIENT"), number("FIRST_COMPONENT")
local manager, worker = number("MANAGER"), number("WORKER")
local n = number("OFFSET")

wrk.method = "POST"

function request()
  n = n + 1
  local client = first_client + n % clients
  local component = first_component + math.floor(n / clients) % components
  local body = string.format(
    '{"title":"Payments fail","description":"Card payments are declined.","category":"security_incident",' ..
    '"severity":"P3","impact_level":"medium","client_id":%d,"component_id":%d,"reporter_id":%d,' ..
    '"assigned_manager_id":%d,"assigned_to_id":%d}',
    client, component, worker, manager, worker)
  return wrk.format(nil, nil, nil, body)
end
