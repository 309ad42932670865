-- wrk -s write-tuples.lua URL -- PATH MODEL CREDENTIAL RUN: writes 100 tuples a request that were never written before. RUN, eight
-- hexadecimal digits, is part of every id.
local tuples = 100
local path, model, run, headers
local written = 0
local line = '{"user":"user:bench-%s/%012x","relation":"viewer","object":"project:%s-0000-4000-8000-%012x"}'

function init(args)
  path, model, run = args[1], args[2], args[4]
  headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[3] }
end

function request()
  local lines = {}
  for index = 1, tuples do
    written = written + 1
    lines[index] = line:format(run, written % 5000, run, written)
  end
  local body = '{"writes":{"tuple_keys":[' .. table.concat(lines, ",") .. ']},"authorization_model_id":"' .. model .. '"}'
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
  dofile(os.getenv("BENCH_PRINT_RESULT"))(summary, latency)
end
