-- SPDX-License-Identifier: GPL-3.0-or-later
-- wrk's steady part: each connection waits between two requests, so that the rate is set by their number; figures as JSON.
local milliseconds = tonumber(os.getenv("WRK_DELAY"))

function delay()
    return milliseconds
end

function done(summary)
    local lost = summary.errors
    local figures = '{"requests": %d, "seconds": %f, "connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}\n'
    io.write(string.format(figures, summary.requests, summary.duration / 1e6, lost.connect, lost.read, lost.write, lost.status, lost.timeout))
end
