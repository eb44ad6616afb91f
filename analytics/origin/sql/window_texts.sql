-- What the hashes of a few traces stand for: log templates with a sample of their text, calls, and messages of errors.
SELECT template, any(what) AS what, any(text) AS text
FROM
(
    SELECT 'log' AS what, substring(replaceRegexpAll(body, {changing:String}, '*'), 1, 200) AS text,
        extract(body, {place:String}) AS place,
        cityHash64(if(place != '', place, substring(
            replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(substring(body, 1, 1000),
                {changing:String}, '*'), {assigned:String}, '\\1*'), {listed:String}, '*'), 1, 100))) AS template
    FROM logs
    WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({sampled:Array(String)})), 16))
    UNION ALL
    SELECT 'call' AS what,
        concat(transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)),
            ' ', toString(name)) AS text,
        '' AS place,
        cityHash64(
            transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)),
            toString(name)) AS template
    FROM spans
    WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({sampled:Array(String)})), 16))
    UNION ALL
    SELECT 'status' AS what,
        replaceRegexpAll(substring(status_message, 1, 200), '[0-9a-fA-F]{8}[0-9a-fA-F-]*|[0-9]+', '*') AS text,
        '' AS place, cityHash64(text) AS template
    FROM spans
    WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({sampled:Array(String)})), 16)) AND status_code = 2
)
GROUP BY template
