arrayMap(
    i -> if(
        i = 0,
        0,
        {LADDER_before:Array(Int64)}[i] + toInt64(intDiv(
            toInt128(least(MOMENT, {LADDER_closes:Array(Int64)}[i]) - {LADDER_opens:Array(Int64)}[i])
                * ({LADDER_after:Array(Int64)}[i] - {LADDER_before:Array(Int64)}[i]),
            {LADDER_closes:Array(Int64)}[i] - {LADDER_opens:Array(Int64)}[i]))),
    [arrayLastIndex(o -> o <= MOMENT, {LADDER_opens:Array(Int64)})]
)[1]
