SELECT DISTINCT by_resource.value.s[indexOf(by_resource.key, 'service.name')] AS service
FROM
(
    SELECT arrayJoin(RESOURCES.resource.attributes) AS by_resource
    FROM file({path:String}, 'Protobuf', {structure:String})
)
