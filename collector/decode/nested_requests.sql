SELECT hasAny(arrayConcat(ARMS), ['a', 'k']) AS is_nested
FROM file({path:String}, 'Protobuf', {structure:String})
