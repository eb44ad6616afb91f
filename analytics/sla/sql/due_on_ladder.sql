arrayMap(
    reading -> arrayMap(
        j -> if(
            j = 0,
            0,
            greatest(START, toInt64({LADDER_opens:Array(Int64)}[j] + intDiv(
                toInt128(reading - {LADDER_before:Array(Int64)}[j])
                    * ({LADDER_closes:Array(Int64)}[j] - {LADDER_opens:Array(Int64)}[j])
                    + ({LADDER_after:Array(Int64)}[j] - {LADDER_before:Array(Int64)}[j]) - 1,
                {LADDER_after:Array(Int64)}[j] - {LADDER_before:Array(Int64)}[j])))),
        [arrayFirstIndex(a -> a >= reading, {LADDER_after:Array(Int64)})]
    )[1],
    [LENGTH + arrayMap(
        i -> if(
            i = 0,
            0,
            {LADDER_before:Array(Int64)}[i] + toInt64(intDiv(
                toInt128(least(START, {LADDER_closes:Array(Int64)}[i]) - {LADDER_opens:Array(Int64)}[i])
                    * ({LADDER_after:Array(Int64)}[i] - {LADDER_before:Array(Int64)}[i]),
                {LADDER_closes:Array(Int64)}[i] - {LADDER_opens:Array(Int64)}[i]))),
        [arrayLastIndex(o -> o <= START, {LADDER_opens:Array(Int64)})]
    )[1]]
)[1]
