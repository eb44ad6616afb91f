arrayMap(
    pairs -> arraySort(arrayFlatten(arrayMap(
        pair -> arrayMap(
            s -> (s, arrayMin(arrayConcat([toInt64(4000000000000000000)], arrayFilter(
                e -> e > s, seen_passes[indexOf(seen_codes, pair.2)])))),
            seen_passes[indexOf(seen_codes, pair.1)]),
        pairs))),
    pauses)
