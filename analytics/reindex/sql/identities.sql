SELECT name, toString(uuid) AS identity FROM system.tables WHERE database = {database:String}
