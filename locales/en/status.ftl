### The public status page

status-title = { $name }: service status
status-all-ok = Everything works.
status-all-degraded = Some of it is slow or does not work for everybody.
status-all-down = Some of it does not work.
status-is-ok = Works
status-is-degraded = Slow, or not for everybody
status-is-down = Does not work
status-since = since { $time } UTC
status-receiving = Receiving messages
status-crm = Delivery to { $crm }
status-messenger = Delivery: { $name }
status-panel = Panel
status-checked = Checked at { $time } UTC. Messages that cannot be delivered now wait and are delivered later.
