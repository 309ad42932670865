-- wrk -s send-bodies.lua URL -- PATH FILE CREDENTIAL: sends the lines of FILE one after the other, again and again.
local prepared, nextOne = {}, 0

function init(args)
  local headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[3] }
  for body in io.lines(args[2]) do
    prepared[#prepared + 1] = wrk.format("POST", args[1], headers, body)
  end
end

function request()
  nextOne = nextOne % #prepared + 1
  return prepared[nextOne]
end

function done(summary, latency)
  dofile(os.getenv("BENCH_PRINT_RESULT"))(summary, latency)
end
